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
    public static bool Any(AuthorizationHandlerContext context, ForwardedCertificates forwarded, Func<PeerVerdict, bool> meets)
    {
        // What endpoints and controllers are judged with. Without it (a hub's methods, for example) the user's identity still has its verdict.
        if (context.Resource is HttpContext http)
        {
            return IsMet(http.Features.Get<IMutualTlsFeature>()?.Verdict, meets)
                || (forwarded == ForwardedCertificates.Allow && IsMet(http.Features.Get<IForwardedCertificateFeature>()?.Verdict, meets));
        }

        foreach (System.Security.Claims.ClaimsIdentity identity in context.User.Identities)
        {
            if (identity is MutualTlsIdentity known && (!known.IsForwarded || forwarded == ForwardedCertificates.Allow) && IsMet(known.Verdict, meets))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsMet(PeerVerdict? verdict, Func<PeerVerdict, bool> meets) => verdict is { IsAuthenticated: true } && meets(verdict);
}
