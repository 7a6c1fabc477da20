using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Conformance.Running;
using MutualTls.Connections;
using MutualTls.Policies;
using MutualTls.Policies.Lists;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Connections;

/// <summary>What ten thousand open connections cost: little memory, and one change has all of them judged again in an instant.</summary>
public class LiveBudgetTests(ITestOutputHelper output)
{
    private const int Connections = 10_000;

    // The worst case: nobody shares a verdict.
    private const int Peers = 10_000;

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly SnapshotSource<CertificateDenyList> _denied = CertificateDenyList.Empty;

    [Fact]
    public void TenThousandConnections_OneChange_AreJudgedInLessThan200MillisecondsOfOneProcessor()
    {
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot();
        TestKey key = TestKey.Generate(TestKeyKind.P256);
        SnapshotSource<PeerPolicy> source = Pair.Trusting(root, p => p.DenyFrom(_denied));
        PeerPolicyEngine engine = new(_clock);
        ConnectionRegistry registry = ConnectionRegistry.Of(engine);
        PresentedChain[] peers = [.. Enumerable.Range(0, Peers).Select(i => Pair.Presented(root.IssueClient($"c{i}.test", c => c.WithKey(key))))];
        List<FakeConnection> open = [];
        long epoch = engine.EpochOf(source.Current);
        foreach (PresentedChain peer in peers)
        {
            PeerVerdict verdict = engine.Judge(source.Current, PeerRole.Client, peer);
            for (int i = 0; i < Connections / Peers; i++)
            {
                FakeConnection connection = new();
                connection.Registration = registry.Add(source, connection, verdict, peer, expectedBy: null, epoch, NullLogger.Instance);
                open.Add(connection);
            }
        }

        TimeSpan[] took = [.. Enumerable.Range(0, 5).Select(i => ProcessorTime.Of(() => registry.Pass(_clock.GetUtcNow(), all: true)))];
        output.WriteLine($"judged again: {string.Join(", ", took.Select(t => t.TotalMilliseconds))} ms");
        Assert.InRange(took.Min().TotalMilliseconds, 0, 200);

        // A new policy has all of them judged as if they had just come, but for the signatures that the engine remembers.
        TimeSpan[] anew = [.. Enumerable.Range(0, 3).Select(_ => ProcessorTime.Of(() =>
        {
            LiveJudge judge = new(engine, Pair.Trusting(root, p => p.DenyFrom(_denied)));
            open.ForEach(connection => Assert.True(judge.Judge(connection.Registration!).IsAccepted));
        }))];
        output.WriteLine($"judged by a new policy: {string.Join(", ", anew.Select(t => t.TotalMilliseconds))} ms");
        Assert.InRange(anew.Min().TotalMilliseconds, 0, 200);
        Assert.All(open, connection => Assert.True(connection.Verdict.IsAccepted));
    }

    [Fact]
    public void TenThousandConnections_OfOnePeer_TakeLessThan300BytesEach()
    {
        TestPki pki = new();
        SnapshotSource<PeerPolicy> source = Pair.Trusting(pki.Root);
        PeerPolicyEngine engine = new(_clock);
        PresentedChain presented = Pair.Presented(pki.Client);
        PeerVerdict verdict = engine.Judge(source.Current, PeerRole.Client, presented);
        long epoch = engine.EpochOf(source.Current);
        FakeConnection connection = new();
        ConnectionRegistry registry = ConnectionRegistry.Of(engine);
        LiveRegistration[] registrations = new LiveRegistration[Connections];
        registrations[0] = registry.Add(source, connection, verdict, presented, expectedBy: null, epoch, NullLogger.Instance);

        // Everything allocated counts, what is thrown away when the list grows as well.
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 1; i < Connections; i++)
        {
            registrations[i] = registry.Add(source, connection, verdict, presented, expectedBy: null, epoch, NullLogger.Instance);
        }

        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / (Connections - 1);
        output.WriteLine($"{each} bytes for each connection");
        Assert.InRange(each, 1, 300);
        GC.KeepAlive(registrations);
    }

    // A pool's, which adds what stands for it in the registry.
    [Fact]
    public async Task TenThousandStreams_ThatAreFollowed_TakeLessThan300BytesEach()
    {
        TestPki pki = new();
        SnapshotSource<PeerPolicy> source = Pair.Trusting(pki.Root);
        PeerPolicyEngine engine = new(_clock);
        await using SslStream tls = new(new MemoryStream());
        using X509Certificate2 certificate = pki.Server.ToX509Certificate2();
        using X509Chain chain = new();
        HandshakeGate[] gates = new HandshakeGate[Connections];
        MutualTlsStream[] streams = new MutualTlsStream[Connections];
        for (int i = 0; i < Connections; i++)
        {
            gates[i] = new HandshakeGate(engine, source, PeerRole.Server, policy => MutualTlsClientOptions.ExpectedBy(policy, "localhost"));
            chain.ChainPolicy.ExtraStore.Clear();
            foreach (TestCertificate intermediate in pki.Server.Chain)
            {
                chain.ChainPolicy.ExtraStore.Add(intermediate.ToX509Certificate2());
            }

            Assert.True(gates[i].Validate(tls, certificate, chain, SslPolicyErrors.None));
            streams[i] = new MutualTlsStream(tls, gates[i].Verdict!, earlyEnd: null);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Connections; i++)
        {
            streams[i].Follow(gates[i], _clock, NullLogger.Instance, static closer => new FakePool(closer));
        }

        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / Connections;
        output.WriteLine($"{each} bytes for each stream");
        Assert.InRange(each, 1, 300);
        Assert.Equal(Connections, ConnectionRegistry.Of(engine).Count);
    }

    private sealed class FakePool(StreamCloser closer) : ILiveConnection
    {
        // As a pool has them: what stands in the registry, and what it belongs to.
        private readonly object _set = new();

        public void Drain(PeerVerdict verdict) => _set.ToString();

        public void Abort(PeerVerdict verdict) => closer.Abort(verdict);
    }
}
