using MutualTls.Certificates;
using MutualTls.Encoding;
using MutualTls.Findings;
using MutualTls.Trust;

namespace MutualTls.Paths.Rules;

/// <summary>Every certificate keeps to what RFC 5280 section 4 asks of the CA that issues it. Only the preset <see cref="RulePreset.Strict"/> runs this.</summary>
/// <remarks>None of it is asked of a validator by section 6; breaking it shows a CA that does not follow the standard.</remarks>
internal static class ProfileRule
{
    public static void Check(ref PathCheck path)
    {
        for (int depth = 0; depth <= path.AnchorDepth; depth++)
        {
            if (path.At(depth) is { } certificate && BrokenRule(certificate, depth == path.AnchorDepth ? path.Anchor : null) is { } rule)
            {
                path.Add(ValidationReason.ProfileViolation, depth, rule);
            }
        }
    }

    private static string? BrokenRule(ParsedCertificate certificate, TrustAnchor? anchor)
    {
        CertificateExtensions extensions = certificate.Extensions;
        bool emptySubject = DistinguishedName.IsEmpty(certificate.SubjectName);
        return
            (anchor is null ? SerialRule(certificate.SerialNumberBytes) : null)
            ?? ValidityRule(certificate)
            ?? (HasUniqueIdentifier(certificate) ? "4.1.2.8: no unique identifiers" : null)
            ?? KeyIdentifierRule(certificate, anchor)
            ?? CriticalityRule(extensions)
            ?? (certificate.IsCa && !extensions.IsCritical(ExtensionKind.BasicConstraints) ? "4.2.1.9: the basic constraints of a CA are critical" : null)
            ?? (emptySubject && !extensions.IsCritical(ExtensionKind.SubjectAlternativeName) ? "4.1.2.6: without a subject, subjectAltName is critical" : null)
            ?? (certificate.KeyUsages is KeyUsages.None ? "4.2.1.3: a key usage names at least one use" : null)
            ?? (certificate.KeyUsages is { } usages && (usages & KeyUsages.KeyCertSign) != 0 && !certificate.IsCa ? "4.2.1.3: keyCertSign needs cA" : null)
            ?? (certificate.PathLength is not null && !certificate.IsCa ? "4.2.1.9: a path length needs cA" : null)
            ?? (!certificate.IsCa && extensions.Has(ExtensionKind.NameConstraints) ? "4.2.1.10: name constraints are for CAs" : null)
            ?? NameConstraintsRule(certificate)
            ?? (HasOddDnsName(certificate) ? "4.2.1.6: a DNS name is labels of letters, digits and hyphens" : null);
    }

    // A serial number tells the certificates of one CA apart, in CRLs above all. Nobody looks up an anchor by it, and roots in use have the number 0.
    private static string? SerialRule(ReadOnlySpan<byte> serial) =>
        serial[0] >= 0x80 || serial is [0] ? "4.1.2.2: a serial number is positive"
        : serial.Length > 20 ? "4.1.2.2: a serial number has at most 20 octets"
        : null;

    private static string? ValidityRule(ParsedCertificate certificate)
    {
        // Between issuer and subject stands the validity.
        DerReader outer = new(certificate.Bytes[certificate.IssuerRange.End..certificate.SubjectRange.Start]);
        outer.TryOpen(DerTag.Sequence, out DerReader times);
        bool oddFrom = times.NextIs(DerTag.GeneralizedTime) && certificate.NotBefore.Year < 2050;
        times.TryReadAny(out _, out _, out _);
        bool oddTo = times.NextIs(DerTag.GeneralizedTime) && certificate.NotAfter.Year < 2050;
        return oddFrom || oddTo ? "4.1.2.5: dates through 2049 are UTCTime" : null;
    }

    // They stand behind the key, [1] and [2].
    private static bool HasUniqueIdentifier(ParsedCertificate certificate) =>
        certificate.Bytes[certificate.PublicKey.Encoded.End] is 0x81 or 0x82;

    // 4.2.1.1: all but self-signed certificates name the key of their issuer. 4.2.1.2: CAs name their own.
    private static string? KeyIdentifierRule(ParsedCertificate certificate, TrustAnchor? anchor) =>
        certificate.Extensions.AuthorityKeyIdentifier.IsEmpty && anchor?.IsSelfSigned != true ? "4.2.1.1: an authority key identifier"
        : certificate.IsCa && certificate.Extensions.SubjectKeyIdentifier.IsEmpty ? "4.2.1.2: a CA has a subject key identifier"
        : null;

    private static string? CriticalityRule(CertificateExtensions extensions)
    {
        foreach ((ExtensionKind kind, bool critical, string rule) in Criticality)
        {
            if (extensions.Has(kind) && extensions.IsCritical(kind) != critical)
            {
                return rule;
            }
        }

        return null;
    }

    private static readonly (ExtensionKind Kind, bool Critical, string Rule)[] Criticality =
    [
        (ExtensionKind.NameConstraints, true, "4.2.1.10: name constraints are critical"),
        (ExtensionKind.PolicyConstraints, true, "4.2.1.11: policy constraints are critical"),
        (ExtensionKind.InhibitAnyPolicy, true, "4.2.1.14: inhibitAnyPolicy is critical"),
        (ExtensionKind.FreshestCrl, false, "4.2.1.15: freshestCRL is not critical"),
        (ExtensionKind.AuthorityInformationAccess, false, "4.2.2.1: authority information access is not critical"),
    ];

    private static string? NameConstraintsRule(ParsedCertificate certificate)
    {
        DerReader outer = new(certificate.ExtensionValue(ExtensionKind.NameConstraints));
        if (!outer.TryOpen(DerTag.Sequence, out DerReader lists))
        {
            return null;
        }

        if (lists.IsEmpty)
        {
            return "4.2.1.10: name constraints are not empty";
        }

        while (lists.TryReadAny(out _, out DerRange list, out _))
        {
            DerReader subtrees = lists.At(list);
            while (subtrees.TryOpen(DerTag.Sequence, out DerReader subtree) && GeneralName.TryRead(ref subtree, out GeneralName root))
            {
                if (root.Kind == GeneralNameKind.Dns && subtree.Bytes(root.Value) is [(byte)'.', ..])
                {
                    return "4.2.1.10: a DNS subtree has no leading dot";
                }
            }
        }

        return null;
    }

    // The "preferred name syntax" of RFC 1034 section 3.5; a wildcard may take the place of the first label.
    private static bool HasOddDnsName(ParsedCertificate certificate)
    {
        SubjectAlternativeNames names = new(certificate);
        while (names.MoveNext())
        {
            ReadOnlySpan<byte> name = names.Value;
            ReadOnlySpan<byte> host = name.StartsWith("*."u8) ? name[2..] : name;
            if (names.Kind == GeneralNameKind.Dns && (!HostName.IsHost(host) || host.Contains((byte)'_')))
            {
                return true;
            }
        }

        return false;
    }
}
