namespace MutualTls.Revocation;

/// <summary>Says which certificates of a path are checked. The trust anchor never is.</summary>
public enum RevocationDepth
{
    /// <summary>Every certificate but the anchor.</summary>
    Chain,

    /// <summary>The end-entity alone: a revoked intermediate goes unnoticed.</summary>
    EndEntity,
}
