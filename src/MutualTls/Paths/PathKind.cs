namespace MutualTls.Paths;

/// <summary>Says what the trust in a verified path rests on.</summary>
public enum PathKind
{
    /// <summary>Signatures up to a trust anchor.</summary>
    Chain,

    /// <summary>The policy names exactly this certificate; no signature on it was relied on.</summary>
    DirectTrust,
}
