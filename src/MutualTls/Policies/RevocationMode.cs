namespace MutualTls.Policies;

/// <summary>Says whether revocation is checked. There is no silent default: a policy states one.</summary>
public enum RevocationMode
{
    /// <summary>Nothing was stated; the policy is not valid.</summary>
    Unspecified,

    /// <summary>Revocation is not checked.</summary>
    Disabled,
}
