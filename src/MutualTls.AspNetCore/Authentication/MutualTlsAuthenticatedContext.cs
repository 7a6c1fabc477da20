using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using MutualTls.Policies;

namespace MutualTls.AspNetCore.Authentication;

/// <summary>Shows the application one request whose client has proved who it is.</summary>
public sealed class MutualTlsAuthenticatedContext : ResultContext<MutualTlsAuthenticationOptions>
{
    internal MutualTlsAuthenticatedContext(HttpContext context, AuthenticationScheme scheme, MutualTlsAuthenticationOptions options, PeerVerdict verdict)
        : base(context, scheme, options) => Verdict = verdict;

    /// <summary>Gets the verdict.</summary>
    public PeerVerdict Verdict { get; }
}
