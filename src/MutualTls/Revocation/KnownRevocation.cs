namespace MutualTls.Revocation;

/// <summary>Describes one answer in memory.</summary>
/// <param name="Issuer">The issuer of the certificates that it is about, for people.</param>
/// <param name="Source">A CRL or an OCSP answer.</param>
/// <param name="SerialNumber">The certificate that an OCSP answer is about, as upper-case hexadecimal octets; null for a CRL.</param>
/// <param name="ThisUpdate">When it was made: its age.</param>
/// <param name="Until">When it ends; null if it does not say.</param>
/// <param name="Revoked">How many certificates it revokes.</param>
public sealed record KnownRevocation(string Issuer, RevocationSource Source, string? SerialNumber, DateTimeOffset ThisUpdate, DateTimeOffset? Until, int Revoked);
