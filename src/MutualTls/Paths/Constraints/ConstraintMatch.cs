namespace MutualTls.Paths.Constraints;

/// <summary>Tells how a name lies to a subtree.</summary>
internal enum ConstraintMatch
{
    Outside,
    Inside,

    /// <summary>The name or the subtree is of a form that cannot be judged; the certificate is refused.</summary>
    Unjudgeable,
}

/// <summary>Names the list a subtree stands in. It matters for names that stand for many: all of them must be permitted, none may be excluded.</summary>
internal enum ConstraintSide
{
    Permitted,
    Excluded,
}
