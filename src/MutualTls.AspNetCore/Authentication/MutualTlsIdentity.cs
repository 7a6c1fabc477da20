using System.Security.Claims;
using MutualTls.Policies;

namespace MutualTls.AspNetCore.Authentication;

/// <summary>Holds the claims that a verdict gives. All requests of a connection share it, so it cannot be changed.</summary>
/// <remarks>
/// To say more of a user, add another identity to the principal, which each request has of its own, or map to one with <see cref="MutualTlsAuthenticationEvents"/>;
/// <see cref="Clone"/> and <c>new ClaimsIdentity(...)</c> make one that can be changed.
/// </remarks>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class MutualTlsIdentity : ClaimsIdentity
{
    internal MutualTlsIdentity(PeerVerdict verdict, IEnumerable<Claim> claims, string scheme, string claimsIssuer, bool isForwarded = false)
        : base(claims, scheme, ClaimTypes.Name, ClaimTypes.Role)
    {
        Verdict = verdict;
        ClaimsIssuer = claimsIssuer;
        IsForwarded = isForwarded;
    }

    /// <summary>Gets the verdict that the claims are of.</summary>
    public PeerVerdict Verdict { get; }

    /// <summary>Gets whether a trusted proxy forwarded the certificate; false if the client itself is at the other end of the connection.</summary>
    public bool IsForwarded { get; }

    internal string ClaimsIssuer { get; }

    /// <summary>Always throws.</summary>
    /// <param name="claim">Any.</param>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public override void AddClaim(Claim claim) => throw Shared();

    /// <summary>Always throws.</summary>
    /// <param name="claims">Any.</param>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public override void AddClaims(IEnumerable<Claim?> claims) => throw Shared();

    /// <summary>Always throws.</summary>
    /// <param name="claim">Any.</param>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public override void RemoveClaim(Claim? claim) => throw Shared();

    /// <summary>Always throws.</summary>
    /// <param name="claim">Any.</param>
    /// <returns>Nothing.</returns>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public override bool TryRemoveClaim(Claim? claim) => throw Shared();

    /// <summary>Makes a copy that can be changed, with the claims and without the verdict.</summary>
    /// <returns>The copy.</returns>
    public override ClaimsIdentity Clone() => new(this);

    private static InvalidOperationException Shared() =>
        new("All requests of a connection share this identity. Add another one to the principal, or clone it.");
}
