using System.Security.Claims;
using MutualTls.AspNetCore.Features;
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
    private readonly IMutualTlsFeature? _connection;

    /// <summary>Makes an identity.</summary>
    /// <param name="verdict">What the claims are of.</param>
    /// <param name="claims">The claims.</param>
    /// <param name="scheme">The scheme that authenticates.</param>
    /// <param name="claimsIssuer">Who issues the claims.</param>
    /// <param name="connection">The connection whose verdict it is; null if a trusted proxy forwarded the certificate.</param>
    internal MutualTlsIdentity(PeerVerdict verdict, IEnumerable<Claim> claims, string scheme, string claimsIssuer, IMutualTlsFeature? connection)
        : base(claims, scheme, ClaimTypes.Name, ClaimTypes.Role)
    {
        _connection = connection;
        Verdict = verdict;
        ClaimsIssuer = claimsIssuer;
    }

    /// <summary>Gets the verdict that the claims are of.</summary>
    public PeerVerdict Verdict { get; }

    /// <summary>Gets whether a trusted proxy forwarded the certificate; false if the client itself is at the other end of the connection.</summary>
    public bool IsForwarded => _connection is null;

    /// <summary>Gets what is said of the peer now: an identity may outlive the verdict that it was made of.</summary>
    internal PeerVerdict VerdictOfNow => _connection?.Verdict ?? Verdict;

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
