using MutualTls.Encoding;
using MutualTls.Findings;

namespace MutualTls.Certificates;

/// <summary>Reads the extensions of a certificate and checks the form of those this library knows. RFC 5280 section 4.2.</summary>
internal static class ExtensionParser
{
    /// <summary>Certificates in use carry about ten; duplicates are searched pair by pair, so the number is bounded.</summary>
    public const int MaxExtensions = 64;

    /// <summary>Reads Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension from <paramref name="field"/>.</summary>
    public static bool TryParse(ref DerReader field, out CertificateExtensions extensions, out Finding finding)
    {
        extensions = new CertificateExtensions();
        if (!field.TryRead(DerTag.Sequence, out DerRange content) || !field.IsEmpty || content.IsEmpty)
        {
            return Malformed("extensions", out finding);
        }

        extensions.List = content;
        DerReader list = field.At(content);

        Span<DerRange> oids = stackalloc DerRange[MaxExtensions];
        for (int count = 0; !list.IsEmpty; count++)
        {
            if (count == MaxExtensions)
            {
                return Malformed($"more than {MaxExtensions} extensions", out finding);
            }

            if (!DerExtension.TryRead(ref list, out DerExtension extension))
            {
                return Malformed("extension", out finding);
            }

            oids[count] = extension.Oid;
            ReadOnlySpan<byte> oidBytes = list.Bytes(extension.Oid);
            foreach (DerRange earlier in oids[..count])
            {
                if (list.Bytes(earlier).SequenceEqual(oidBytes))
                {
                    finding = new Finding(ValidationReason.ExtensionDuplicated, Detail: DerValue.ObjectIdentifierText(oidBytes));
                    return false;
                }
            }

            ExtensionKind kind = ExtensionKinds.FromOid(oidBytes);
            if (kind == ExtensionKind.Unknown)
            {
                extensions.UnknownCritical = extension.Critical && extensions.UnknownCritical.IsEmpty ? extension.Oid : extensions.UnknownCritical;
                continue;
            }

            extensions.Set(kind, extension.Critical);
            if (!TryReadValue(kind, list.At(extension.Value), extensions))
            {
                return Malformed(kind.ToString(), out finding);
            }
        }

        finding = default;
        return true;
    }

    private static bool TryReadValue(ExtensionKind kind, DerReader value, CertificateExtensions into)
    {
        bool read = kind switch
        {
            ExtensionKind.BasicConstraints => TryReadBasicConstraints(ref value, into),
            ExtensionKind.KeyUsage => TryReadKeyUsage(ref value, into),
            ExtensionKind.ExtendedKeyUsage => TryReadExtendedKeyUsage(ref value, into),
            ExtensionKind.SubjectKeyIdentifier => value.TryRead(DerTag.OctetString, out DerRange identifier) && Keep(identifier, into),
            ExtensionKind.AuthorityKeyIdentifier => TryReadAuthorityKeyIdentifier(ref value, into),
            ExtensionKind.SubjectAlternativeName or ExtensionKind.IssuerAlternativeName => TryReadNames(ref value),
            ExtensionKind.NameConstraints => TryReadNameConstraints(ref value),
            ExtensionKind.CertificatePolicies => PolicyExtensionParser.TryReadPolicies(ref value),
            ExtensionKind.PolicyMappings => PolicyExtensionParser.TryReadPolicyMappings(ref value),
            ExtensionKind.PolicyConstraints => PolicyExtensionParser.TryReadPolicyConstraints(ref value, into),
            ExtensionKind.InhibitAnyPolicy => PolicyExtensionParser.TryReadInhibitAnyPolicy(ref value, into),
            ExtensionKind.TlsFeature => TryReadTlsFeatures(ref value, into),

            // RFC 6960 4.2.2.2.1: NULL; that it is there says all.
            ExtensionKind.OcspNoCheck => value.TryRead(DerTag.Null, out DerRange nothing) && nothing.IsEmpty,

            // Read where they are used; here they are one SEQUENCE that is not empty.
            _ => value.TryOpen(DerTag.Sequence, out DerReader content) && !content.IsEmpty,
        };
        return read && value.IsEmpty;
    }

    private static bool Keep(DerRange subjectKeyIdentifier, CertificateExtensions into)
    {
        into.SubjectKeyIdentifier = subjectKeyIdentifier;
        return true;
    }

    // BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER (0..MAX) OPTIONAL }. 4.2.1.9
    private static bool TryReadBasicConstraints(ref DerReader value, CertificateExtensions into)
    {
        if (!value.TryOpen(DerTag.Sequence, out DerReader fields))
        {
            return false;
        }

        bool isCa = false;
        if (fields.NextIs(DerTag.Boolean)
            && (!fields.TryRead(DerTag.Boolean, out DerRange flag) || !DerValue.TryReadBoolean(fields.Bytes(flag), out isCa)))
        {
            return false;
        }

        into.IsCa = isCa;
        if (fields.NextIs(DerTag.Integer))
        {
            if (!fields.TryRead(DerTag.Integer, out DerRange length) || !DerValue.TryReadCount(fields.Bytes(length), out int pathLength))
            {
                return false;
            }

            into.PathLength = pathLength;
        }

        return fields.IsEmpty;
    }

    // KeyUsage ::= BIT STRING. 4.2.1.3
    private static bool TryReadKeyUsage(ref DerReader value, CertificateExtensions into)
    {
        if (!value.TryRead(DerTag.BitString, out DerRange content) || !DerValue.TryReadNamedBits(value.Bytes(content), out ushort bits))
        {
            return false;
        }

        into.KeyUsages = (KeyUsages)(bits & 0xFF80);
        return true;
    }

    // ExtKeyUsageSyntax ::= SEQUENCE SIZE (1..MAX) OF KeyPurposeId. 4.2.1.12
    private static bool TryReadExtendedKeyUsage(ref DerReader value, CertificateExtensions into)
    {
        if (!value.TryOpen(DerTag.Sequence, out DerReader purposes) || purposes.IsEmpty)
        {
            return false;
        }

        ExtendedKeyUsages usages = ExtendedKeyUsages.None;
        while (!purposes.IsEmpty)
        {
            if (!purposes.TryRead(DerTag.ObjectIdentifier, out DerRange range) || !DerValue.IsObjectIdentifier(purposes.Bytes(range)))
            {
                return false;
            }

            ReadOnlySpan<byte> oid = purposes.Bytes(range);
            usages |= oid.SequenceEqual(Oids.ServerAuth) ? ExtendedKeyUsages.ServerAuth
                : oid.SequenceEqual(Oids.ClientAuth) ? ExtendedKeyUsages.ClientAuth
                : oid.SequenceEqual(Oids.OcspSigning) ? ExtendedKeyUsages.OcspSigning
                : oid.SequenceEqual(Oids.AnyExtendedKeyUsage) ? ExtendedKeyUsages.Any
                : ExtendedKeyUsages.None;
        }

        into.ExtendedKeyUsages = usages;
        return true;
    }

    // AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0], authorityCertIssuer [1], authorityCertSerialNumber [2], all OPTIONAL }. 4.2.1.1
    private static bool TryReadAuthorityKeyIdentifier(ref DerReader value, CertificateExtensions into)
    {
        if (!value.TryOpen(DerTag.Sequence, out DerReader fields)
            || !fields.TryReadOptional(DerTag.Context(0), out DerRange identifier, out _)
            || !fields.TryReadOptional(DerTag.ContextConstructed(1), out DerRange _, out _)
            || !fields.TryReadOptional(DerTag.Context(2), out DerRange _, out _))
        {
            return false;
        }

        into.AuthorityKeyIdentifier = identifier;
        return fields.IsEmpty;
    }

    // GeneralNames ::= SEQUENCE SIZE (1..MAX) OF GeneralName. 4.2.1.6
    private static bool TryReadNames(ref DerReader value)
    {
        if (!value.TryOpen(DerTag.Sequence, out DerReader names) || names.IsEmpty)
        {
            return false;
        }

        while (!names.IsEmpty)
        {
            if (!GeneralName.TryReadPresented(ref names, out _))
            {
                return false;
            }
        }

        return true;
    }

    // NameConstraints ::= SEQUENCE { permittedSubtrees [0] OPTIONAL, excludedSubtrees [1] OPTIONAL }. 4.2.1.10
    private static bool TryReadNameConstraints(ref DerReader value) =>
        value.TryOpen(DerTag.Sequence, out DerReader fields)
        && TryReadSubtrees(ref fields, DerTag.ContextConstructed(0)) && TryReadSubtrees(ref fields, DerTag.ContextConstructed(1)) && fields.IsEmpty;

    // GeneralSubtrees ::= SEQUENCE SIZE (1..MAX) OF SEQUENCE { base GeneralName, minimum [0] DEFAULT 0, maximum [1] OPTIONAL }
    private static bool TryReadSubtrees(ref DerReader fields, byte tag)
    {
        if (!fields.NextIs(tag))
        {
            return true;
        }

        if (!fields.TryOpen(tag, out DerReader subtrees) || subtrees.IsEmpty)
        {
            return false;
        }

        while (!subtrees.IsEmpty)
        {
            // "Minimum MUST be zero and maximum MUST be absent"; DER leaves out the zero.
            if (!subtrees.TryOpen(DerTag.Sequence, out DerReader subtree) || !GeneralName.TryRead(ref subtree, out _) || !subtree.IsEmpty)
            {
                return false;
            }
        }

        return true;
    }

    // Features ::= SEQUENCE OF INTEGER, the numbers of TLS extensions. RFC 7633 section 4.1
    private static bool TryReadTlsFeatures(ref DerReader value, CertificateExtensions into)
    {
        if (!value.TryOpen(DerTag.Sequence, out DerReader features) || features.IsEmpty)
        {
            return false;
        }

        while (!features.IsEmpty)
        {
            if (!features.TryRead(DerTag.Integer, out DerRange number) || !DerValue.TryReadCount(features.Bytes(number), out int feature))
            {
                return false;
            }

            // status_request, and its successor status_request_v2, which asks for the same and more. RFC 7633 section 4.2.3
            into.DemandsStaple |= feature is 5 or 17;
        }

        return true;
    }

    private static bool Malformed(string what, out Finding finding)
    {
        finding = new Finding(ValidationReason.ExtensionMalformed, Detail: what);
        return false;
    }
}
