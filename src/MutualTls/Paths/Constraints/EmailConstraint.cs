using MutualTls.Certificates;

namespace MutualTls.Paths.Constraints;

/// <summary>Matches email addresses with subtrees. RFC 5280 section 4.2.1.10: one mailbox, all of one host, or, with a leading dot, all of a domain's hosts.</summary>
internal static class EmailConstraint
{
    public static ConstraintMatch Match(ReadOnlySpan<byte> email, ReadOnlySpan<byte> subtree)
    {
        // A local part may be quoted and hold an @; the host cannot.
        int at = email.LastIndexOf((byte)'@');
        if (at <= 0 || !HostName.IsHost(email[(at + 1)..]))
        {
            return ConstraintMatch.Unjudgeable;
        }

        if (subtree.IsEmpty)
        {
            return ConstraintMatch.Inside;
        }

        ReadOnlySpan<byte> local = email[..at], host = email[(at + 1)..];
        int subtreeAt = subtree.LastIndexOf((byte)'@');
        if (!HostName.IsHost(subtree[0] == '.' ? subtree[1..] : subtree[(subtreeAt + 1)..]))
        {
            return ConstraintMatch.Unjudgeable;
        }

        // The local part is compared octet by octet, the host without case. RFC 5280 section 7.5.
        bool inside = subtreeAt >= 0 ? local.SequenceEqual(subtree[..subtreeAt]) && HostName.AreEqual(host, subtree[(subtreeAt + 1)..])
            : subtree[0] == '.' ? HostName.IsBelow(host, subtree[1..])
            : HostName.AreEqual(host, subtree);
        return inside ? ConstraintMatch.Inside : ConstraintMatch.Outside;
    }
}
