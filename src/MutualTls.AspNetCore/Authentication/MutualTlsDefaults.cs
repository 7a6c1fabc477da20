namespace MutualTls.AspNetCore.Authentication;

/// <summary>Holds what the authentication scheme is called.</summary>
public static class MutualTlsDefaults
{
    /// <summary>The name of the scheme.</summary>
    public const string AuthenticationScheme = "MutualTls";
}
