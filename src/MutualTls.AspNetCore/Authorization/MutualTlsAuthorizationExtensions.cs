using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using MutualTls.AspNetCore.Authorization;
using MutualTls.AspNetCore.Forwarded;
using MutualTls.Identities;

namespace Microsoft.AspNetCore.Authorization
{
    /// <summary>Adds what is required of a client's certificate to an authorization policy.</summary>
    public static class MutualTlsAuthorizationPolicyBuilderExtensions
    {
        /// <summary>Requires that the client has proved who it is, to one of these policies.</summary>
        /// <param name="builder">The authorization policy.</param>
        /// <param name="policies">Names of policies registered with <c>AddMutualTls</c>; none for any.</param>
        /// <returns>The authorization policy.</returns>
        public static AuthorizationPolicyBuilder RequireMutualTls(this AuthorizationPolicyBuilder builder, params string[] policies) =>
            builder.RequireMutualTls(ForwardedCertificates.Refuse, policies);

        /// <summary>Requires that the client has proved who it is, to one of these policies, directly or by a trusted proxy.</summary>
        /// <param name="builder">The authorization policy.</param>
        /// <param name="forwarded">Whether a certificate that a trusted proxy forwarded will do.</param>
        /// <param name="policies">Names of policies registered with <c>AddMutualTls</c>; none for any.</param>
        /// <returns>The authorization policy.</returns>
        public static AuthorizationPolicyBuilder RequireMutualTls(this AuthorizationPolicyBuilder builder, ForwardedCertificates forwarded, params string[] policies)
        {
            ArgumentNullException.ThrowIfNull(builder);
            return builder.AddRequirements(new MutualTlsRequirement(policies, forwarded));
        }

        /// <summary>Requires that the client has proved to have one of these names.</summary>
        /// <param name="builder">The authorization policy.</param>
        /// <param name="patterns">Patterns with their kind: <c>dns:*.example</c>, <c>uri:spiffe://partners.example/orders</c>.</param>
        /// <returns>The authorization policy.</returns>
        /// <exception cref="ArgumentException">A pattern is malformed, or there is none.</exception>
        public static AuthorizationPolicyBuilder RequirePeerName(this AuthorizationPolicyBuilder builder, params string[] patterns) =>
            builder.RequirePeerName(ForwardedCertificates.Refuse, patterns);

        /// <summary>Requires that the client has proved to have one of these names, directly or by a trusted proxy.</summary>
        /// <param name="builder">The authorization policy.</param>
        /// <param name="forwarded">Whether a certificate that a trusted proxy forwarded will do.</param>
        /// <param name="patterns">Patterns with their kind.</param>
        /// <returns>The authorization policy.</returns>
        /// <exception cref="ArgumentException">A pattern is malformed, or there is none.</exception>
        public static AuthorizationPolicyBuilder RequirePeerName(this AuthorizationPolicyBuilder builder, ForwardedCertificates forwarded, params string[] patterns)
        {
            ArgumentNullException.ThrowIfNull(builder);
            ArgumentNullException.ThrowIfNull(patterns);
            ArgumentOutOfRangeException.ThrowIfZero(patterns.Length, nameof(patterns));
            return builder.AddRequirements(new PeerNameRequirement(SanMatcher.AnyOf(patterns), forwarded));
        }

        /// <summary>Requires that the client has proved to have one of these SPIFFE IDs.</summary>
        /// <param name="builder">The authorization policy.</param>
        /// <param name="ids">IDs or patterns of them: <c>spiffe://partners.example/ns/*/sa/billing</c>.</param>
        /// <returns>The authorization policy.</returns>
        /// <exception cref="ArgumentException">One is malformed, or there is none.</exception>
        public static AuthorizationPolicyBuilder RequireSpiffeId(this AuthorizationPolicyBuilder builder, params string[] ids)
        {
            ArgumentNullException.ThrowIfNull(ids);
            return Array.Find(ids, id => !id.StartsWith("spiffe://", StringComparison.Ordinal)) is { } wrong
                ? throw new ArgumentException($"'{wrong}' is no SPIFFE ID.", nameof(ids))
                : builder.RequirePeerName([.. ids.Select(id => "uri:" + id)]);
        }
    }
}

namespace Microsoft.AspNetCore.Builder
{
    /// <summary>Adds what is required of a client's certificate to endpoints.</summary>
    public static class MutualTlsEndpointConventionBuilderExtensions
    {
        /// <summary>Requires that the client has proved who it is, to one of these policies. Needs <c>UseAuthorization</c>, without which the endpoint answers nobody.</summary>
        /// <typeparam name="TBuilder">The kind of endpoints.</typeparam>
        /// <param name="builder">The endpoints.</param>
        /// <param name="policies">Names of policies registered with <c>AddMutualTls</c>; none for any.</param>
        /// <returns>The endpoints.</returns>
        public static TBuilder RequireMutualTls<TBuilder>(this TBuilder builder, params string[] policies)
            where TBuilder : IEndpointConventionBuilder => builder.RequireMutualTls(ForwardedCertificates.Refuse, policies);

        /// <summary>Requires that the client has proved who it is, to one of these policies, directly or by a trusted proxy.</summary>
        /// <typeparam name="TBuilder">The kind of endpoints.</typeparam>
        /// <param name="builder">The endpoints.</param>
        /// <param name="forwarded">Whether a certificate that a trusted proxy forwarded will do.</param>
        /// <param name="policies">Names of policies registered with <c>AddMutualTls</c>; none for any.</param>
        /// <returns>The endpoints.</returns>
        public static TBuilder RequireMutualTls<TBuilder>(this TBuilder builder, ForwardedCertificates forwarded, params string[] policies)
            where TBuilder : IEndpointConventionBuilder =>
            builder.RequireAuthorization(new AuthorizationPolicyBuilder().RequireMutualTls(forwarded, policies).Build());
    }
}
