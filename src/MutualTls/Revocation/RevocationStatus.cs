namespace MutualTls.Revocation;

/// <summary>Names what is known about the revocation of one certificate.</summary>
public enum RevocationStatus
{
    /// <summary>Nothing is known that may be relied on: the default, and never as good as <see cref="Good"/>. <see cref="RevocationCause"/> says why.</summary>
    Unknown,

    /// <summary>The issuer, or one it named, says that the certificate is not revoked.</summary>
    Good,

    /// <summary>The issuer, or one it named, says that the certificate is revoked.</summary>
    Revoked,

    /// <summary>It was not asked for: the policy does not check this one.</summary>
    NotChecked,
}
