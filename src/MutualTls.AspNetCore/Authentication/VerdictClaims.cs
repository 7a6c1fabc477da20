using System.Security.Claims;
using MutualTls.Identities;
using MutualTls.Policies;
using MutualTls.Revocation;

namespace MutualTls.AspNetCore.Authentication;

/// <summary>Writes what a verdict says as claims: facts of the certificate, then what the application's validators said.</summary>
internal static class VerdictClaims
{
    public static List<Claim> Of(PeerVerdict verdict, string source, string issuer)
    {
        PeerIdentity identity = verdict.Identity!;
        List<Claim> claims = [];

        // The most telling name; never the common name alone.
        Add(ClaimTypes.Name, identity.ToString());
        Add(ClaimTypes.X500DistinguishedName, identity.Subject);
        Add(ClaimTypes.SerialNumber, identity.SerialNumber);
        Add(MutualTlsClaimTypes.Issuer, identity.Issuer);
        Add(MutualTlsClaimTypes.Sha256Fingerprint, identity.Sha256Fingerprint);
        AddAll(ClaimTypes.Dns, identity.DnsNames);
        AddAll(ClaimTypes.Uri, identity.Uris);
        AddAll(ClaimTypes.Email, identity.EmailAddresses);
        AddAll(ClaimTypes.Upn, identity.UserPrincipalNames);
        AddAll(MutualTlsClaimTypes.IpAddress, identity.IpAddresses);
        if (identity.SpiffeId is { } id)
        {
            Add(MutualTlsClaimTypes.SpiffeId, id.ToString());
        }

        Add(MutualTlsClaimTypes.Policy, verdict.Policy.Name);
        Add(MutualTlsClaimTypes.Revocation, RevocationOf(verdict));
        Add(MutualTlsClaimTypes.Source, source);
        claims.AddRange(verdict.Claims);
        return claims;

        void Add(string type, string value) => claims.Add(new Claim(type, value, ClaimValueTypes.String, issuer));

        void AddAll(string type, IReadOnlyList<string> values)
        {
            foreach (string value in values)
            {
                Add(type, value);
            }
        }
    }

    // Of the peer's own certificate; who is revoked has no claims.
    private static string RevocationOf(PeerVerdict verdict) =>
        verdict.Revocation.Count == 0 ? "NotChecked" : verdict.Revocation[0].Status.ToString();
}
