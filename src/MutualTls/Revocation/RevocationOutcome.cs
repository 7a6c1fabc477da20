namespace MutualTls.Revocation;

/// <summary>Says what one cause of not knowing leads to. It can tighten the mode, never loosen it.</summary>
public enum RevocationOutcome
{
    /// <summary>What <see cref="RevocationMode"/> says.</summary>
    ByMode,

    /// <summary>The peer is refused, in soft-fail mode too.</summary>
    Refuse,
}
