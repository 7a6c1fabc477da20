using System.Security.Cryptography.X509Certificates;

namespace MutualTls.Revocation.Crl;

/// <summary>What a CRL says about one certificate that it lists.</summary>
/// <param name="Reason">Why; <see cref="X509RevocationReason.Unspecified"/> where nothing is said. RFC 5280 section 5.3.1.</param>
/// <param name="RevokedAt">When, in seconds since 1970; a time outside of 1970 to 2106 reads as the nearer end.</param>
internal readonly record struct CrlEntry(X509RevocationReason Reason, uint RevokedAt)
{
    public DateTimeOffset RevokedAtTime => DateTimeOffset.FromUnixTimeSeconds(RevokedAt);
}
