namespace MutualTls.Revocation;

/// <summary>Says whether revocation is checked, and what not knowing means. There is no silent default: a policy states one.</summary>
/// <remarks>A certificate that is known to be revoked is refused in either checking mode.</remarks>
public enum RevocationMode
{
    /// <summary>Nothing was stated; the policy is not valid.</summary>
    Unspecified,

    /// <summary>Revocation is not checked.</summary>
    Disabled,

    /// <summary>A peer whose status is not known is refused.</summary>
    HardFail,

    /// <summary>A peer whose status is not known is let in, with a warning on its verdict and in the metrics.</summary>
    SoftFail,
}
