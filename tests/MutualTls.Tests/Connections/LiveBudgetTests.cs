using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
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
}
