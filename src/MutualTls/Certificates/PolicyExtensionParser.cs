using MutualTls.Encoding;

namespace MutualTls.Certificates;

/// <summary>Checks the form of the four extensions about certificate policies, and keeps their counts. RFC 5280 sections 4.2.1.4, 4.2.1.5, 4.2.1.11 and 4.2.1.14.</summary>
internal static class PolicyExtensionParser
{
    // CertificatePolicies ::= SEQUENCE SIZE (1..MAX) OF SEQUENCE { policyIdentifier OID, policyQualifiers OPTIONAL }. 4.2.1.4
    public static bool TryReadPolicies(ref DerReader value)
    {
        if (!value.TryOpen(DerTag.Sequence, out DerReader policies) || policies.IsEmpty)
        {
            return false;
        }

        while (!policies.IsEmpty)
        {
            if (!policies.TryOpen(DerTag.Sequence, out DerReader policy)
                || !policy.TryRead(DerTag.ObjectIdentifier, out DerRange oid) || !DerValue.IsObjectIdentifier(policy.Bytes(oid))
                || !policy.TryReadOptional(DerTag.Sequence, out DerRange _, out _) || !policy.IsEmpty)
            {
                return false;
            }
        }

        return true;
    }

    // PolicyMappings ::= SEQUENCE SIZE (1..MAX) OF SEQUENCE { issuerDomainPolicy OID, subjectDomainPolicy OID }. 4.2.1.5
    public static bool TryReadPolicyMappings(ref DerReader value)
    {
        if (!value.TryOpen(DerTag.Sequence, out DerReader mappings) || mappings.IsEmpty)
        {
            return false;
        }

        while (!mappings.IsEmpty)
        {
            if (!mappings.TryOpen(DerTag.Sequence, out DerReader mapping)
                || !mapping.TryRead(DerTag.ObjectIdentifier, out DerRange from) || !DerValue.IsObjectIdentifier(mapping.Bytes(from))
                || !mapping.TryRead(DerTag.ObjectIdentifier, out DerRange to) || !DerValue.IsObjectIdentifier(mapping.Bytes(to)) || !mapping.IsEmpty)
            {
                return false;
            }
        }

        return true;
    }

    // PolicyConstraints ::= SEQUENCE { requireExplicitPolicy [0] OPTIONAL, inhibitPolicyMapping [1] OPTIONAL }, not empty. 4.2.1.11
    public static bool TryReadPolicyConstraints(ref DerReader value, CertificateExtensions into)
    {
        if (!value.TryOpen(DerTag.Sequence, out DerReader fields) || fields.IsEmpty
            || !TryReadSkip(ref fields, DerTag.Context(0), out int? explicitPolicy) || !TryReadSkip(ref fields, DerTag.Context(1), out int? mapping))
        {
            return false;
        }

        into.RequireExplicitPolicy = explicitPolicy;
        into.InhibitPolicyMapping = mapping;
        return fields.IsEmpty;
    }

    // InhibitAnyPolicy ::= SkipCerts ::= INTEGER (0..MAX). 4.2.1.14
    public static bool TryReadInhibitAnyPolicy(ref DerReader value, CertificateExtensions into)
    {
        bool read = TryReadSkip(ref value, DerTag.Integer, out int? skip) && skip is not null;
        into.InhibitAnyPolicy = skip;
        return read;
    }

    private static bool TryReadSkip(ref DerReader fields, byte tag, out int? skip)
    {
        skip = null;
        if (!fields.TryReadOptional(tag, out DerRange content, out bool present) || !present)
        {
            return !present;
        }

        bool read = DerValue.TryReadCount(fields.Bytes(content), out int count);
        skip = count;
        return read;
    }
}
