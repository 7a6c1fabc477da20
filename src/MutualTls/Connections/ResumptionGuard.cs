using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using MutualTls.Credentials;
using MutualTls.Findings;
using MutualTls.Policies;

namespace MutualTls.Connections;

/// <summary>Stops offering TLS resumption where resumed sessions lock good clients out, until that is over.</summary>
/// <remarks>
/// The runtime shares sessions by server certificate, whatever the policy. Every connection is judged, so that is safe; but a resumed session
/// brings no intermediates, and one that began at an endpoint which asked for no certificate brings none at all, again and again.
/// A client without a certificate can switch resumption off with this, which costs what its full handshakes would have cost anyway.
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal static class ResumptionGuard
{
    /// <summary>OpenSSL's sessions live for two hours at most: after that a client has none left to offer.</summary>
    public static readonly TimeSpan SessionLifetime = TimeSpan.FromHours(2);

    // One entry for each server certificate that had trouble: bounded by the credentials of this process.
    private static readonly ConcurrentDictionary<string, Suspension> Suspended = new();

    public static bool AllowsResumption(LocalCredential credential, DateTimeOffset now) =>
        Suspended.IsEmpty || !Suspended.TryGetValue(credential.Parsed.Sha256Fingerprint, out Suspension suspension) || now >= suspension.Until;

    /// <summary>Learns from a client's verdict.</summary>
    public static void Learn(LocalCredential credential, PeerVerdict verdict, int presentedCount, PeerPolicyEngine engine, ILogger logger)
    {
        DateTimeOffset now = engine.TimeProvider.GetUtcNow();
        string key = credential.Parsed.Sha256Fingerprint;
        if (verdict.IsAuthenticated)
        {
            // A full handshake brings the intermediates back, even where the verdict itself was remembered.
            if (!Suspended.IsEmpty && presentedCount > 1 && Suspended.TryGetValue(key, out Suspension suspension) && suspension.ForIntermediates)
            {
                engine.Remember(verdict);
                Suspended.TryRemove(key, out _);
            }

            return;
        }

        // A refusal that is not enforced locks nobody out.
        if (!verdict.IsEnforced)
        {
            return;
        }

        // The latter ends early once a full handshake has brought intermediates back; where clients have none to bring, any stranger's certificate causes it.
        if (verdict.Primary?.Reason is ValidationReason.CertificateMissing || (verdict.Primary?.Reason is ValidationReason.IssuerUnknown && presentedCount == 1))
        {
            bool isNew = AllowsResumption(credential, now);
            Suspended[key] = new Suspension(now + SessionLifetime, ForIntermediates: verdict.Primary.Value.Reason is ValidationReason.IssuerUnknown);
            if (isNew)
            {
                Log.ResumptionSuspended(logger, credential.Parsed.Subject, verdict.Primary!.Value.Code);
            }
        }
    }

    private readonly record struct Suspension(DateTimeOffset Until, bool ForIntermediates);
}
