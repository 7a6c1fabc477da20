using System.Net;
using MutualTls.Certificates;
using MutualTls.Conformance.Cases;
using MutualTls.Policies;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Pkix;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Security.Certificates;
using Org.BouncyCastle.Utilities.Collections;
using Org.BouncyCastle.X509;
using Org.BouncyCastle.X509.Store;
using GeneralName = Org.BouncyCastle.Asn1.X509.GeneralName;

namespace MutualTls.Conformance.Engines;

/// <summary>Judges with BouncyCastle's path builder, as its users would: purpose and key usage asked of the end-entity, the name matched by hand.</summary>
internal sealed class BouncyCastleEngine : IConformanceEngine
{
    public ValueTask<CaseAnswer> JudgeAsync(ConformanceCase @case, CancellationToken cancellationToken) => new(Judge(@case));

    private static CaseAnswer Judge(ConformanceCase @case)
    {
        try
        {
            // What is no certificate at all reads as null.
            if (Read([@case.EndEntity]) is not [var endEntity] || Read(@case.Anchors).Count == 0)
            {
                return CaseAnswer.Refused("CertificateMalformed");
            }

            new PkixCertPathBuilder().Build(Parameters(@case, endEntity));
            return @case.Names.All(name => BouncyCastleNames.Match(endEntity, name)) ? new CaseAnswer(IsAccepted: true) : CaseAnswer.Refused("NameMismatch");
        }
        catch (Exception exception) when (exception is PkixCertPathBuilderException or GeneralSecurityException)
        {
            return CaseAnswer.Refused((exception.InnerException ?? exception).GetType().Name, Innermost(exception).Message);
        }
    }

    private static PkixBuilderParameters Parameters(ConformanceCase @case, X509Certificate endEntity)
    {
        HashSet<TrustAnchor> anchors = [.. Read(@case.Anchors).Select(certificate => new TrustAnchor(certificate, null))];
        X509CertStoreSelector target = new() { Certificate = endEntity };
        if (@case.ChecksPurpose)
        {
            target.ExtendedKeyUsage = new HashSet<Org.BouncyCastle.Asn1.DerObjectIdentifier>
            {
                @case.Role == PeerRole.Server ? KeyPurposeID.id_kp_serverAuth : KeyPurposeID.id_kp_clientAuth,
            };
        }

        if (@case.KeyUsages.HasFlag(KeyUsages.DigitalSignature))
        {
            target.KeyUsage = [true];
        }

        PkixBuilderParameters parameters = new(anchors, target)
        {
            IsRevocationEnabled = @case.ChecksRevocation,
            IsUseDeltasEnabled = @case.ChecksRevocation,
            Date = @case.Time?.UtcDateTime,
            MaxPathLength = @case.MaxIntermediates ?? -1,
            IsExplicitPolicyRequired = @case.Policies.Rules.HasFlag(CertificatePolicyRules.RequireExplicitPolicy),
            IsPolicyMappingInhibited = @case.Policies.Rules.HasFlag(CertificatePolicyRules.InhibitPolicyMapping),
            IsAnyPolicyInhibited = @case.Policies.Rules.HasFlag(CertificatePolicyRules.InhibitAnyPolicy),
        };
        parameters.SetInitialPolicies(new HashSet<string>(@case.Policies.Initial));
        parameters.AddStoreCert(CollectionUtilities.CreateStore(Read(@case.Others).Append(endEntity).ToList()));
        parameters.AddStoreCrl(CollectionUtilities.CreateStore(@case.Crls.Select(der => new X509CrlParser().ReadCrl(der.ToArray())).ToList()));
        return parameters;
    }

    // What cannot be read is left out, as with the other engines.
    private static List<X509Certificate> Read(IReadOnlyList<ReadOnlyMemory<byte>> ders)
    {
        List<X509Certificate> certificates = [];
        foreach (ReadOnlyMemory<byte> der in ders)
        {
            try
            {
                if (new X509CertificateParser().ReadCertificate(der.ToArray()) is { } certificate)
                {
                    certificates.Add(certificate);
                }
            }
            catch (CertificateException)
            {
            }
        }

        return certificates;
    }

    private static Exception Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception;
}

/// <summary>Matches names by RFC 9525, for want of such a thing in BouncyCastle.</summary>
internal static class BouncyCastleNames
{
    public static bool Match(X509Certificate certificate, ExpectedName expected)
    {
        (int tag, string value) = expected.Kind switch
        {
            "DNS" => (GeneralName.DnsName, expected.Value),
            "IP" => (GeneralName.IPAddress, expected.Value),
            _ => (GeneralName.Rfc822Name, expected.Value),
        };
        foreach (IList<object> name in certificate.GetSubjectAlternativeNames() ?? [])
        {
            if (name is [int kind, string presented] && kind == tag && MatchesOne(kind, presented, value))
            {
                return true;
            }
        }

        return false;
    }

    private static bool MatchesOne(int kind, string presented, string expected) => kind switch
    {
        GeneralName.IPAddress => IPAddress.TryParse(presented, out IPAddress? one) && one.Equals(IPAddress.Parse(expected)),
        GeneralName.Rfc822Name => string.Equals(presented, expected, StringComparison.Ordinal),
        _ => string.Equals(presented, expected, StringComparison.OrdinalIgnoreCase)
            || (presented.StartsWith("*.", StringComparison.Ordinal) && expected.Contains('.', StringComparison.Ordinal)
                && string.Equals(presented[2..], expected[(expected.IndexOf('.', StringComparison.Ordinal) + 1)..], StringComparison.OrdinalIgnoreCase)),
    };
}
