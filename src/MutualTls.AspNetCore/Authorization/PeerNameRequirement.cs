using Microsoft.AspNetCore.Authorization;
using MutualTls.AspNetCore.Forwarded;
using MutualTls.Identities;

namespace MutualTls.AspNetCore.Authorization;

/// <summary>Asks that the client has proved who it is, and has one of these names.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class PeerNameRequirement : AuthorizationHandler<PeerNameRequirement>, IAuthorizationRequirement
{
    /// <summary>Makes the requirement.</summary>
    /// <param name="names">The names: patterns of subject alternative names and subjects, as policies have them.</param>
    /// <param name="forwarded">Whether a certificate that a trusted proxy forwarded will do.</param>
    public PeerNameRequirement(SanMatcher names, ForwardedCertificates forwarded = ForwardedCertificates.Refuse)
    {
        ArgumentNullException.ThrowIfNull(names);
        Names = names;
        Forwarded = forwarded;
    }

    /// <summary>Gets the names.</summary>
    public SanMatcher Names { get; }

    /// <summary>Gets whether a certificate that a trusted proxy forwarded will do.</summary>
    public ForwardedCertificates Forwarded { get; }

    /// <summary>Writes what is required, for logs.</summary>
    public override string ToString() => $"MutualTls: {Names}, forwarded: {Forwarded}";

    /// <inheritdoc/>
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, PeerNameRequirement requirement)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(requirement);
        if (VerdictOf.Any(context, requirement.Forwarded, isNamed: true, verdict => requirement.Names.Matches(verdict.Path!)))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}
