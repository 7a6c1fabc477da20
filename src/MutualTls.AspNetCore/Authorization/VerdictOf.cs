using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using MutualTls.AspNetCore.Authentication;
using MutualTls.AspNetCore.Features;
using MutualTls.AspNetCore.Forwarded;
using MutualTls.Policies;

namespace MutualTls.AspNetCore.Authorization;

/// <summary>Finds the verdicts that a requirement may go by.</summary>
internal static class VerdictOf
{
    /// <summary>Tells whether an authenticated verdict meets a condition.</summary>
    /// <param name="context">What is asked.</param>
    /// <param name="forwarded">Whether a forwarded certificate will do.</param>
    /// <param name="isNamed">Whether the requirement names whom it wants, so that it may be the hop itself.</param>
    /// <param name="meets">The condition.</param>
    public static bool Any(AuthorizationHandlerContext context, ForwardedCertificates forwarded, bool isNamed, Func<PeerVerdict, bool> meets)
    {
        // What endpoints and controllers are judged with. Without it (a hub's methods, for example) the user's identity still has its verdict.
        if (context.Resource is HttpContext http)
        {
            // Behind a trusted hop is anybody, with a certificate or without: the hop's own lets in the hop where it is asked for, and nobody behind it.
            bool countsConnection = http.Features.Get<TrustedHop>() is null || (isNamed && forwarded == ForwardedCertificates.Refuse);
            return (countsConnection && IsMet(http.Features.Get<IMutualTlsFeature>()?.Verdict, meets))
                || (forwarded == ForwardedCertificates.Allow && IsMet(http.Features.Get<IForwardedCertificateFeature>()?.Verdict, meets));
        }

        foreach (System.Security.Claims.ClaimsIdentity identity in context.User.Identities)
        {
            if (identity is MutualTlsIdentity known && (!known.IsForwarded || forwarded == ForwardedCertificates.Allow) && IsMet(known.VerdictOfNow, meets))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsMet(PeerVerdict? verdict, Func<PeerVerdict, bool> meets) => verdict is { IsAuthenticated: true } && meets(verdict);
}
