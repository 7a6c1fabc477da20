using MutualTls.Certificates;

namespace MutualTls.Paths.Constraints;

/// <summary>Matches directory names with subtrees: the first relative names must be those of the subtree. RFC 5280 section 7.1.</summary>
internal static class DirectoryConstraint
{
    public static ConstraintMatch Match(ReadOnlySpan<byte> name, ReadOnlySpan<byte> subtree, ConstraintSide side) => Match(name, subtree, side, PreparedString.CanNormalize);

    /// <summary>The same, told whether strings can be normalized here.</summary>
    /// <remarks>
    /// Where they cannot, a name beyond ASCII may be spelt so that it seems to lie outside of an excluded subtree: whether it does cannot be judged then.
    /// Not to be found inside of a permitted one refuses it as it is.
    /// </remarks>
    public static ConstraintMatch Match(ReadOnlySpan<byte> name, ReadOnlySpan<byte> subtree, ConstraintSide side, bool canNormalize) =>
        DistinguishedName.IsWithin(name, subtree) ? ConstraintMatch.Inside
        : canNormalize || side == ConstraintSide.Permitted || (DistinguishedName.IsTheSameNormalized(name) && DistinguishedName.IsTheSameNormalized(subtree)) ? ConstraintMatch.Outside
        : ConstraintMatch.Unjudgeable;
}
