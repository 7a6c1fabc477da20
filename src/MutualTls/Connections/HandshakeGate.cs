using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Policies;
using MutualTls.Sources;

namespace MutualTls.Connections;

/// <summary>Stands between one TLS handshake and the first application byte.</summary>
/// <remarks>
/// The callback judges from memory alone; the gate then awaits what is missing, and is what lets bytes through. Should the runtime skip the
/// callback (dotnet/runtime 133174 will on resumed sessions), the gate judges by itself.
/// </remarks>
/// <threadsafety>One connection's; the callback and the gate may run on different threads, one after the other.</threadsafety>
internal sealed class HandshakeGate(PeerPolicyEngine engine, SnapshotSource<PeerPolicy> policies, PeerRole role, Func<PeerPolicy, ReferenceIdentity?> expectedBy)
{
    // A policy that is replaced again and again while one peer is judged: the last one seen decides.
    private const int MostReplaced = 3;

    // Null once the verdict holds what still counts of it.
    private PresentedChain? _presented = PresentedChain.None;

    // A policy may say by which name a server is identified.
    private (PeerPolicy Policy, ReferenceIdentity? Expected) _demand = Demand(policies.Current, expectedBy);

    private volatile bool _opened;

    // What the operating system says of the certificate holds under every policy.
    private bool _distrusted;

    // What the verdict rests on, read before it was made: what changes later is noticed when the connection is taken into the registry.
    private long _epoch;

    /// <summary>Gets the verdict so far; null before the callback.</summary>
    public PeerVerdict? Verdict { get; private set; }

    /// <summary>Gets where a refused peer is turned away.</summary>
    public GateRefusal Refusal { get; init; }

    /// <summary>Gets how many certificates came with the verdict; a resumed session brings the end-entity alone.</summary>
    public int PresentedCount { get; private set; }

    /// <summary>Gets the policy for SslStream's own chain building: as cheap as it gets, and it refuses if our callback is lost.</summary>
    /// <remarks>SslStream clones it for each handshake, so all can share one.</remarks>
    public static X509ChainPolicy PlatformPolicy { get; } = new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };

    /// <summary>The callback for SslStream. Never throws.</summary>
    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        X509Certificate2? endEntity = certificate as X509Certificate2;
        PresentedChain presented = Presented(certificate, chain);
        bool distrusted = IsExplicitlyDistrusted(chain);
        DisposeLeftovers(endEntity, chain);
        if (Verdict is not null)
        {
            // Once judged, the connection keeps its peer: another certificate later is refused, whatever it is.
            if (!presented.EndEntity.Span.SequenceEqual((_presented?.EndEntity ?? Verdict.EndEntity?.Der ?? default).Span))
            {
                Verdict = engine.Count(PeerVerdict.CertificateChanged(role, _demand.Policy, _demand.Expected, engine.TimeProvider.GetUtcNow()));
                return false;
            }

            return !distrusted && (Verdict.MayConnect || (MayGoOn(Verdict) && !_opened));
        }

        Judge(presented, distrusted);
        return Verdict!.MayConnect || MayGoOn(Verdict);
    }

    /// <summary>Awaits the final verdict. Bytes pass only where <see cref="PeerVerdict.MayConnect"/> says so.</summary>
    public async ValueTask<PeerVerdict> OpenAsync(SslStream stream, CancellationToken cancellationToken)
    {
        if (Verdict is null)
        {
            Judge(PresentedChain.From(stream.RemoteCertificate as X509Certificate2), distrusted: false);
        }

        PeerVerdict judged = Verdict!, final = await engine.CompleteAsync(judged, cancellationToken).ConfigureAwait(false);

        // A policy that was replaced meanwhile lets nobody in any more.
        for (int replaced = 0; replaced < MostReplaced && final.MayConnect && !ReferenceEquals(policies.Current, _demand.Policy); replaced++)
        {
            _demand = Demand(policies.Current, expectedBy);
            _epoch = engine.EpochOf(_demand.Policy);
            final = _distrusted ? Distrusted() : await engine.JudgeAsync(_demand.Policy, role, _presented!, _demand.Expected, cancellationToken).ConfigureAwait(false);
        }

        // A later callback may have refused meanwhile; that stands.
        if (ReferenceEquals(Verdict, judged))
        {
            Verdict = final;
        }

        _opened = true;
        return Verdict!;
    }

    /// <summary>Has the verdict kept true from now on, for a connection that the gate has let in. Whoever carries it disposes of the registration when it is closed.</summary>
    /// <param name="connection">What closes it.</param>
    /// <param name="logger">Where it is told that the verdict no longer stands.</param>
    public LiveRegistration Register(ILiveConnection connection, ILogger logger)
    {
        LiveRegistration registration = ConnectionRegistry.Of(engine).Add(policies, connection, Verdict!, _presented!, role == PeerRole.Server ? expectedBy : null, _epoch, logger);

        // SslStream holds the callback, and so the gate, for as long as the connection is open: what all connections of a peer share is not held for each.
        if (Verdict!.EndEntity is { } known && known.Der.Span.SequenceEqual(_presented!.EndEntity.Span))
        {
            _presented = null;
        }

        return registration;
    }

    private static (PeerPolicy Policy, ReferenceIdentity? Expected) Demand(PeerPolicy policy, Func<PeerPolicy, ReferenceIdentity?> expectedBy) => (policy, expectedBy(policy));

    // The gate decides later, or turns the peer away itself.
    private bool MayGoOn(PeerVerdict verdict) => verdict.Outcome == VerdictOutcome.Pending || Refusal == GateRefusal.InGate;

    private void Judge(PresentedChain presented, bool distrusted)
    {
        _presented = presented;
        PresentedCount = presented.Count;
        _epoch = engine.EpochOf(_demand.Policy);
        if (role == PeerRole.Client)
        {
            engine.ServeSessions();
        }

        _distrusted = distrusted;
        Verdict = distrusted ? Distrusted() : engine.JudgeInGate(_demand.Policy, role, presented, _demand.Expected);
    }

    private PeerVerdict Distrusted() =>
        engine.Count(PeerVerdict.Refused(role, _demand.Policy, _demand.Expected, new Finding(ValidationReason.ExplicitlyDistrusted, 0), engine.TimeProvider.GetUtcNow()));

    // SslStream hands out the newer type; whoever else calls must not have a bad certificate taken for none.
    internal static PresentedChain Presented(X509Certificate? certificate, X509Chain? chain) => certificate is null or X509Certificate2
        ? PresentedChain.From((X509Certificate2?)certificate, chain?.ChainPolicy.ExtraStore)
        : new PresentedChain(certificate.GetRawCertData());

    internal static bool IsExplicitlyDistrusted(X509Chain? chain)
    {
        foreach (X509ChainStatus status in chain?.ChainStatus ?? [])
        {
            if ((status.Status & X509ChainStatusFlags.ExplicitDistrust) != 0)
            {
                return true;
            }
        }

        return false;
    }

    // With a callback set, SslStream leaves these to the finalizer.
    private static void DisposeLeftovers(X509Certificate2? endEntity, X509Chain? chain)
    {
        if (chain is null)
        {
            return;
        }

        foreach (X509ChainElement element in chain.ChainElements)
        {
            if (!ReferenceEquals(element.Certificate, endEntity))
            {
                element.Certificate.Dispose();
            }
        }

        foreach (X509Certificate2 extra in chain.ChainPolicy.ExtraStore)
        {
            if (!ReferenceEquals(extra, endEntity))
            {
                extra.Dispose();
            }
        }
    }
}
