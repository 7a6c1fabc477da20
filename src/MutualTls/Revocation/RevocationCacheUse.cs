namespace MutualTls.Revocation;

/// <summary>Says whether the application's distributed cache keeps revocation answers.</summary>
public enum RevocationCacheUse
{
    /// <summary>It does not.</summary>
    Unused,

    /// <summary>It does. What it holds is verified like what comes from the network.</summary>
    Used,
}
