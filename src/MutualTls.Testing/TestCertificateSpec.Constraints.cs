using System.Formats.Asn1;
using MutualTls.Testing.Encoding;

namespace MutualTls.Testing;

/// <content>The extensions by which an authority limits what is issued below it.</content>
public sealed partial class TestCertificateSpec
{
    /// <summary>Limits the names that certificates below this one may have; critical.</summary>
    /// <param name="permitted">Adds the permitted subtrees; null leaves the field out.</param>
    /// <param name="excluded">Adds the excluded subtrees; null leaves the field out.</param>
    /// <returns>This description.</returns>
    /// <remarks>Networks are added with <see cref="TestGeneralNames.IpRange"/>. Minimum and maximum are never written. <rfc>5280 4.2.1.10</rfc></remarks>
    public TestCertificateSpec WithNameConstraints(Action<TestGeneralNames>? permitted = null, Action<TestGeneralNames>? excluded = null) =>
        WithExtension(TestOids.NameConstraints, critical: true, Der.Tlv(0x30, [.. Subtrees(0xA0, permitted), .. Subtrees(0xA1, excluded)]));

    /// <summary>Sets the certificate policies; not critical, without qualifiers.</summary>
    /// <param name="oids">The policies; a repeated one is written twice, against RFC 5280 4.2.1.4.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="oids"/> is null.</exception>
    /// <exception cref="ArgumentException">One of them is not an OID.</exception>
    /// <remarks><rfc>5280 4.2.1.4</rfc></remarks>
    public TestCertificateSpec WithPolicies(params string[] oids)
    {
        ArgumentNullException.ThrowIfNull(oids);
        return WithExtension(TestOids.CertificatePolicies, critical: false, Sequence(oids, WritePolicy));
    }

    /// <summary>Maps policies of the issuer's domain to policies of the subject's; critical.</summary>
    /// <param name="mappings">The pairs; <see cref="TestOids.AnyPolicy"/> in one of them violates RFC 5280 6.1.4 (a).</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="mappings"/> is null.</exception>
    /// <exception cref="ArgumentException">One of them is not an OID.</exception>
    /// <remarks><rfc>5280 4.2.1.5</rfc></remarks>
    public TestCertificateSpec WithPolicyMappings(params (string IssuerDomain, string SubjectDomain)[] mappings)
    {
        ArgumentNullException.ThrowIfNull(mappings);
        return WithExtension(TestOids.PolicyMappings, critical: true, Sequence(mappings, WriteMapping));
    }

    /// <summary>Demands a certificate policy, or forbids mapping, further down the path; critical.</summary>
    /// <param name="requireExplicitPolicy">After how many certificates a policy is required; null leaves the field out.</param>
    /// <param name="inhibitPolicyMapping">After how many certificates mapping is forbidden; null leaves the field out.</param>
    /// <returns>This description.</returns>
    /// <remarks>Both null makes an empty sequence, against the RFC. <rfc>5280 4.2.1.11</rfc></remarks>
    public TestCertificateSpec WithPolicyConstraints(int? requireExplicitPolicy, int? inhibitPolicyMapping = null) =>
        WithExtension(TestOids.PolicyConstraints, critical: true, Der.Write(writer =>
        {
            using (writer.PushSequence())
            {
                WriteOptional(writer, 0, requireExplicitPolicy);
                WriteOptional(writer, 1, inhibitPolicyMapping);
            }
        }));

    /// <summary>Says after how many certificates anyPolicy no longer counts; critical.</summary>
    /// <param name="skipCertificates">The number of certificates, 0 or more by RFC 5280.</param>
    /// <returns>This description.</returns>
    /// <remarks><rfc>5280 4.2.1.14</rfc></remarks>
    public TestCertificateSpec WithInhibitAnyPolicy(int skipCertificates) =>
        WithExtension(TestOids.InhibitAnyPolicy, critical: true, Der.Write(writer => writer.WriteInteger(skipCertificates)));

    private static byte[] Subtrees(byte tag, Action<TestGeneralNames>? configure)
    {
        return configure is null
            ? []
            : Der.Tlv(tag, [.. TestGeneralNames.From(configure).Names.SelectMany(name => Der.Tlv(0x30, name))]);
    }

    private static void WritePolicy(AsnWriter writer, string oid)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
        }
    }

    private static void WriteMapping(AsnWriter writer, (string IssuerDomain, string SubjectDomain) mapping)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(mapping.IssuerDomain);
            writer.WriteObjectIdentifier(mapping.SubjectDomain);
        }
    }

    private static void WriteOptional(AsnWriter writer, int tag, int? value)
    {
        if (value is { } number)
        {
            writer.WriteInteger(number, new Asn1Tag(TagClass.ContextSpecific, tag));
        }
    }
}
