using MutualTls.Certificates;
using MutualTls.Encoding;
using MutualTls.Findings;
using MutualTls.Paths.Constraints;

namespace MutualTls.Paths.Rules;

/// <summary>Every name below a CA is inside a permitted subtree of its kind, if there is one, and in no excluded one. RFC 5280 sections 4.2.1.10, 6.1.3 (b), (c) and 6.1.4 (g); RFC 5937 for the anchor.</summary>
/// <remarks>
/// The RFC gathers the subtrees of all CAs on the way down. Here each CA's are applied on their own to all below, which comes to the same:
/// a name in the intersection of two sets is in both.
/// </remarks>
internal static class NameConstraintsRule
{
    // A longer name counts as several in the budget: the strings of a directory name are prepared each time, others only scanned.
    private const int DirectoryNameOctets = 32, OtherNameOctets = 1024;

    public static void Check(ref PathCheck path)
    {
        for (int depth = 1; depth <= path.AnchorDepth; depth++)
        {
            if (path.At(depth) is not { } issuer || !issuer.Extensions.Has(ExtensionKind.NameConstraints))
            {
                continue;
            }

            Subtrees subtrees = Subtrees.Read(issuer);
            for (int below = 0; below < depth; below++)
            {
                // 6.1.3 (b): a self-issued certificate is exempt unless it is the last.
                if (below == 0 || !path.Certificates[below].IsSelfIssued)
                {
                    CheckCertificate(ref path, subtrees, below, depth);
                }

                if (path.Budget.IsExhausted)
                {
                    path.Add(ValidationReason.WorkBudgetExhausted, below, $"{PathBudget.MaxNameComparisons} name comparisons", causedAt: depth);
                    return;
                }
            }
        }
    }

    private static void CheckCertificate(ref PathCheck path, in Subtrees subtrees, int below, int depth)
    {
        ParsedCertificate certificate = path.Certificates[below];
        ReadOnlySpan<byte> subject = certificate.SubjectName;
        if (!DistinguishedName.IsEmpty(subject))
        {
            CheckName(ref path, subtrees, GeneralNameKind.DirectoryName, subject, below, depth);
        }

        DerReader outer = new(certificate.ExtensionValue(ExtensionKind.SubjectAlternativeName));
        if (outer.TryOpen(DerTag.Sequence, out DerReader names))
        {
            while (GeneralName.TryRead(ref names, out GeneralName name) && !path.Budget.IsExhausted)
            {
                CheckName(ref path, subtrees, name.Kind, names.Bytes(name.Value), below, depth);
            }
        }

        // 4.2.1.10: older certificates hold the email address in the subject. The RFC asks for it where there are no alternative names;
        // somebody may read it where there are, so it is always asked.
        NameAttributes attributes = new(subject);
        while (attributes.MoveNext())
        {
            if (attributes.Oid.SequenceEqual(Oids.EmailAddress))
            {
                CheckName(ref path, subtrees, GeneralNameKind.Email, attributes.Value, below, depth);
            }
        }
    }

    private static void CheckName(ref PathCheck path, in Subtrees subtrees, GeneralNameKind kind, ReadOnlySpan<byte> name, int below, int depth)
    {
        (ConstraintMatch permitted, int permittedCount) = Match(ref path, subtrees.Permitted, kind, name, ConstraintSide.Permitted);
        (ConstraintMatch excluded, _) = Match(ref path, subtrees.Excluded, kind, name, ConstraintSide.Excluded);
        ValidationReason reason =
            permitted == ConstraintMatch.Unjudgeable || excluded == ConstraintMatch.Unjudgeable ? ValidationReason.NameConstraintUnsupported
            : excluded == ConstraintMatch.Inside ? ValidationReason.NameExcluded
            : permittedCount > 0 && permitted == ConstraintMatch.Outside ? ValidationReason.NameNotPermitted
            : ValidationReason.None;
        if (reason != ValidationReason.None)
        {
            path.Add(reason, below, GeneralNameText.Of(kind, name), causedAt: depth);
        }
    }

    // One subtree of the kind that cannot be judged spoils the answer, even if another matches.
    private static (ConstraintMatch Match, int Count) Match(
        ref PathCheck path, ReadOnlySpan<byte> list, GeneralNameKind kind, ReadOnlySpan<byte> name, ConstraintSide side)
    {
        ConstraintMatch match = ConstraintMatch.Outside;
        int count = 0;
        DerReader subtrees = new(list);
        byte wanted = GeneralName.TagOf(kind);

        int cost = 1 + (name.Length / (kind == GeneralNameKind.DirectoryName ? DirectoryNameOctets : OtherNameOctets));
        while (subtrees.TryOpen(DerTag.Sequence, out DerReader subtree))
        {
            if (!path.Budget.TakeNameComparisons(cost))
            {
                break;
            }

            // Its form was checked when the certificate was read.
            if (!subtree.TryRead(wanted, out DerRange root))
            {
                continue;
            }

            count++;
            ReadOnlySpan<byte> value = subtree.Bytes(root);
            ConstraintMatch one = kind switch
            {
                GeneralNameKind.Dns => DnsConstraint.Match(name, value, side),
                GeneralNameKind.IpAddress => IpConstraint.Match(name, value),
                GeneralNameKind.Email => EmailConstraint.Match(name, value),
                GeneralNameKind.Uri => UriConstraint.Match(name, value),
                GeneralNameKind.DirectoryName => DirectoryConstraint.Match(name, value, side),

                // 4.2.1.10: a form that cannot be processed is refused where it appears.
                _ => ConstraintMatch.Unjudgeable,
            };
            match = one > match ? one : match;
        }

        return (match, count);
    }

    /// <summary>The content of both lists of one name constraints extension.</summary>
    private readonly ref struct Subtrees
    {
        public ReadOnlySpan<byte> Permitted { get; private init; }

        public ReadOnlySpan<byte> Excluded { get; private init; }

        public static Subtrees Read(ParsedCertificate issuer)
        {
            DerReader outer = new(issuer.ExtensionValue(ExtensionKind.NameConstraints));
            outer.TryOpen(DerTag.Sequence, out DerReader fields);
            fields.TryReadOptional(DerTag.ContextConstructed(0), out DerRange permitted, out _);
            fields.TryReadOptional(DerTag.ContextConstructed(1), out DerRange excluded, out _);
            return new Subtrees { Permitted = fields.Bytes(permitted), Excluded = fields.Bytes(excluded) };
        }
    }
}
