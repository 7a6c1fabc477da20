using System.Net;
using Microsoft.Extensions.Logging;
using MutualTls.Credentials;
using MutualTls.Findings;
using MutualTls.Policies;

namespace MutualTls.Connections;

/// <summary>Stops offering TLS resumption to clients whom resumed sessions lock out, until that is over.</summary>
/// <remarks>
/// The runtime shares sessions by server certificate, whatever the policy. Every connection is judged, so that is safe; but a resumed session
/// brings no intermediates, and one that began at an endpoint which asked for no certificate brings none at all, again and again.
/// Nothing tells a resumed handshake from a full one (.NET 10), and a stranger that is refused in a full one looks the same. So it is stopped for the address
/// that it came from, and nobody else: whoever is refused has full handshakes from then on. Where the address is not known, as behind a stream that is no
/// socket's, all such clients are one.
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal static class ResumptionGuard
{
    /// <summary>OpenSSL's sessions live for two hours at most: after that a client has none left to offer.</summary>
    public static readonly TimeSpan SessionLifetime = TimeSpan.FromHours(2);

    private const int MaxSuspended = 10_000;

    private static readonly SuspendedClients Suspended = new(MaxSuspended);

    public static bool AllowsResumption(LocalCredential credential, EndPoint? client, DateTimeOffset now) => !Suspended.Has(credential, client, now);

    /// <summary>Learns from a client's verdict.</summary>
    public static void Learn(LocalCredential credential, EndPoint? client, PeerVerdict verdict, int presentedCount, PeerPolicyEngine engine, ILogger logger)
    {
        if (verdict.IsAuthenticated)
        {
            // A full handshake brings the intermediates back, even where the verdict itself was remembered.
            if (presentedCount > 1 && Suspended.AwaitsIntermediates(credential, client))
            {
                engine.Remember(verdict);
                Suspended.Remove(credential, client);
            }

            return;
        }

        // A refusal that is not enforced locks nobody out.
        if (!verdict.IsEnforced)
        {
            return;
        }

        // The latter ends early once a full handshake has brought intermediates back.
        if (verdict.Primary?.Reason is ValidationReason.CertificateMissing || (verdict.Primary?.Reason is ValidationReason.IssuerUnknown && presentedCount == 1))
        {
            DateTimeOffset now = engine.TimeProvider.GetUtcNow();
            bool isNew = AllowsResumption(credential, client, now);
            Suspended.Add(credential, client, now + SessionLifetime, forIntermediates: verdict.Primary.Value.Reason is ValidationReason.IssuerUnknown);
            if (isNew)
            {
                Log.ResumptionSuspended(logger, (client as IPEndPoint)?.Address.ToString() ?? "clients of unknown address", credential.Parsed.Subject, verdict.Primary!.Value.Code);
            }
        }
    }
}
