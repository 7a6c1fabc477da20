namespace MutualTls.AspNetCore.Authentication;

/// <summary>Names the claims for which <see cref="System.Security.Claims.ClaimTypes"/> has no name.</summary>
/// <remarks>Subject alternative names are <c>Dns</c>, <c>Uri</c>, <c>Email</c> and <c>Upn</c> of <see cref="System.Security.Claims.ClaimTypes"/>, each as often as the certificate has it; the subject is its <c>X500DistinguishedName</c> and the serial number its <c>SerialNumber</c>.</remarks>
public static class MutualTlsClaimTypes
{
    /// <summary>An IP address among the subject alternative names, in its usual form.</summary>
    public const string IpAddress = "mtls_ip";

    /// <summary>The SPIFFE ID that the certificate proves.</summary>
    public const string SpiffeId = "mtls_spiffe_id";

    /// <summary>The SHA-256 of the certificate as upper-case hexadecimal.</summary>
    public const string Sha256Fingerprint = "mtls_sha256";

    /// <summary>The issuer, RFC 4514 style.</summary>
    public const string Issuer = "issuer";

    /// <summary>The name of the policy that judged.</summary>
    public const string Policy = "mtls_policy";

    /// <summary>What is known of the revocation of the certificate: <c>Good</c>, <c>Unknown</c> where soft-fail let it pass, or <c>NotChecked</c> where the policy says so.</summary>
    public const string Revocation = "mtls_revocation";

    /// <summary>How the certificate came: <c>connection</c>, by the client's own handshake, or <c>forwarded</c>, by a proxy that is trusted.</summary>
    public const string Source = "mtls_source";
}
