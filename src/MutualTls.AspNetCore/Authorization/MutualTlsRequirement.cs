using Microsoft.AspNetCore.Authorization;
using MutualTls.AspNetCore.Forwarded;

namespace MutualTls.AspNetCore.Authorization;

/// <summary>Asks that the client has proved who it is, to one of the policies that are named.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class MutualTlsRequirement : AuthorizationHandler<MutualTlsRequirement>, IAuthorizationRequirement
{
    /// <summary>Makes the requirement.</summary>
    /// <param name="policies">Names of policies registered with <c>AddMutualTls</c>; empty for any.</param>
    /// <param name="forwarded">Whether a certificate that a trusted proxy forwarded will do.</param>
    public MutualTlsRequirement(IEnumerable<string> policies, ForwardedCertificates forwarded = ForwardedCertificates.Refuse)
    {
        ArgumentNullException.ThrowIfNull(policies);
        Policies = [.. policies];
        Forwarded = forwarded;
    }

    /// <summary>Gets the names of the policies.</summary>
    public IReadOnlyList<string> Policies { get; }

    /// <summary>Gets whether a certificate that a trusted proxy forwarded will do.</summary>
    public ForwardedCertificates Forwarded { get; }

    /// <summary>Writes what is required, for logs.</summary>
    public override string ToString() => $"MutualTls: {(Policies.Count == 0 ? "any policy" : string.Join(" or ", Policies))}, forwarded: {Forwarded}";

    /// <inheritdoc/>
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, MutualTlsRequirement requirement)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(requirement);
        if (VerdictOf.Any(context, requirement.Forwarded, isNamed: requirement.Policies.Count > 0, verdict => requirement.Policies.Count == 0 || requirement.Policies.Contains(verdict.Policy.Name)))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}
