using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MutualTls.AspNetCore.Features;
using MutualTls.AspNetCore.Forwarded;
using MutualTls.Policies;

namespace MutualTls.AspNetCore.Authentication;

/// <summary>Authenticates a request by the verdict on its connection. Validates nothing: that was done once, before the first request.</summary>
internal sealed class MutualTlsAuthenticationHandler(IOptionsMonitor<MutualTlsAuthenticationOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<MutualTlsAuthenticationOptions>(options, logger, encoder)
{
    private static readonly Task<AuthenticateResult> s_nobody = Task.FromResult(AuthenticateResult.NoResult());

    protected override Task<object> CreateEventsAsync() => Task.FromResult<object>(new MutualTlsAuthenticationEvents());

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Options.Forwarded == ForwardedCertificates.Allow && Context.Features.Get<IForwardedCertificateFeature>() is { Verdict: { IsAuthenticated: true } forwarded })
        {
            return SignInAsync(forwarded, new MutualTlsIdentity(forwarded, VerdictClaims.Of(forwarded, "forwarded", ClaimsIssuer), Scheme.Name, ClaimsIssuer, connection: null));
        }

        // Anonymous, let in by an audit alone, behind a proxy, or not by mutual TLS at all.
        if (Context.Features.Get<TrustedHop>() is not null || Context.Features.Get<IMutualTlsFeature>() is not { Verdict: { IsAuthenticated: true } verdict } feature)
        {
            return s_nobody;
        }

        return SignInAsync(verdict, IdentityOf(feature, verdict));
    }

    // There is no later: who has not proved who it is in the handshake cannot on this connection. RFC 9113 section 9.2.3.
    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => HandleForbiddenAsync(properties);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    private MutualTlsIdentity IdentityOf(IMutualTlsFeature feature, PeerVerdict verdict)
    {
        // One scheme is the rule; with more, the last one's is kept. Two requests at once may both make it: neither can change it.
        IIdentityKeeper? keeper = feature as IIdentityKeeper;
        if (keeper?.Identity is MutualTlsIdentity known && known.Verdict == verdict && known.AuthenticationType == Scheme.Name && known.ClaimsIssuer == ClaimsIssuer)
        {
            return known;
        }

        MutualTlsIdentity identity = new(verdict, VerdictClaims.Of(verdict, "connection", ClaimsIssuer), Scheme.Name, ClaimsIssuer, feature);
        if (keeper is not null)
        {
            keeper.Identity = identity;
        }

        return identity;
    }

    private Task<AuthenticateResult> SignInAsync(PeerVerdict verdict, MutualTlsIdentity identity)
    {
        MutualTlsAuthenticationEvents events = (MutualTlsAuthenticationEvents)Events!;
        return events.AreHandled ? AskAsync(events, verdict, identity) : Task.FromResult(Success(new ClaimsPrincipal(identity)));
    }

    private async Task<AuthenticateResult> AskAsync(MutualTlsAuthenticationEvents events, PeerVerdict verdict, MutualTlsIdentity identity)
    {
        MutualTlsAuthenticatedContext context = new(Context, Scheme, Options, verdict) { Principal = new ClaimsPrincipal(identity.Clone()) };
        await events.AuthenticatedAsync(context);
        return context.Result ?? Success(context.Principal);
    }

    private AuthenticateResult Success(ClaimsPrincipal principal) => AuthenticateResult.Success(new AuthenticationTicket(principal, Scheme.Name));
}
