using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Policies;
using MutualTls.Sources;

namespace MutualTls.Connections;

/// <summary>Makes callbacks for code that has an SslStream of its own and takes a <see cref="RemoteCertificateValidationCallback"/>: database drivers, mail and message clients.</summary>
/// <remarks>
/// A bare callback cannot wait, so there is no gate behind it: what a gate would await (validators, revocation answers that are not in memory) refuses
/// the peer with <see cref="ValidationReason.PendingWithoutGate"/>. It also depends on the runtime calling it: one that skips it on resumed sessions
/// (dotnet/runtime 133174 proposes that) would let them through unjudged, so switch <c>AllowTlsResume</c> off there.
/// Where <see cref="MutualTlsStream"/> or an integration can be used, use that.
/// </remarks>
public static class MutualTlsCallback
{
    /// <summary>Makes a callback that judges whoever is at the other end.</summary>
    /// <param name="policy">What is demanded; each connection takes what is current when it is judged.</param>
    /// <param name="role">The part that the peer plays.</param>
    /// <param name="expected">The name it must have; needed for a server unless the policy accepts any name.</param>
    /// <param name="engine">The engine that judges; null is <see cref="PeerPolicyEngine.Shared"/>.</param>
    /// <param name="logger">Where refusals are logged; null is nowhere.</param>
    /// <returns>A callback for any number of connections at once. It returns true only for an accepted peer, and never throws.</returns>
    /// <remarks>Audit mode lets nobody in here: without a gate nothing marks the connection as unauthenticated.</remarks>
    public static RemoteCertificateValidationCallback Create(
        SnapshotSource<PeerPolicy> policy, PeerRole role, ReferenceIdentity? expected = null, PeerPolicyEngine? engine = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        PeerPolicyEngine judge = engine ?? PeerPolicyEngine.Shared;
        policy.Current.Announce(logger ?? NullLogger.Instance);
        return (_, certificate, chain, _) => Judge(policy.Current, role, expected, judge, logger, certificate, chain);
    }

    private static bool Judge(
        PeerPolicy policy, PeerRole role, ReferenceIdentity? expected, PeerPolicyEngine engine, ILogger? logger, X509Certificate? certificate, X509Chain? chain)
    {
        PeerVerdict verdict = HandshakeGate.IsExplicitlyDistrusted(chain)
            ? engine.Count(PeerVerdict.Refused(role, policy, expected, new Finding(ValidationReason.ExplicitlyDistrusted, 0), engine.TimeProvider.GetUtcNow()))
            : engine.Judge(policy, role, HandshakeGate.Presented(certificate, chain), expected);
        if (verdict.Outcome == VerdictOutcome.Pending)
        {
            verdict = engine.Count(verdict.RefuseWithoutGate());
        }

        if (!verdict.IsAccepted && logger is not null)
        {
            // There is nobody here whom an audit could mark.
            Log.Refused(logger, verdict, isEnforced: true);
        }

        return verdict.IsAccepted;
    }
}
