using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Connections;
using MutualTls.Policies;
using MutualTls.Policies.Lists;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Connections;

/// <summary>Connections come and go while everything changes: none is forgotten, none leaves anything behind.</summary>
public class RegistryRaceTests
{
    private readonly TestPki _pki = new();

    [Fact]
    public async Task Add_WhileListsAndPoliciesChange_WhoIsLeftHasTheRightVerdict()
    {
        PeerPolicyEngine engine = new();
        ConnectionRegistry registry = ConnectionRegistry.Of(engine);
        SnapshotSource<CertificateDenyList> denied = CertificateDenyList.Empty;
        TestCertificate[] clients = [.. Enumerable.Range(0, 8).Select(i => _pki.Issuing.IssueClient($"client{i}.test"))];
        CertificateDenyList[] lists = [.. clients.Select(c => CertificateDenyList.Parse($"certificate:{Convert.ToHexString(SHA256.HashData(c.Der.Span))}"))];
        SnapshotSource<PeerPolicy> source = Make().Current;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Pair.Stop);
        Task<List<FakeConnection>>[] opening = [.. clients.Select(client => Task.Run(() => OpenAndCloseAsync(client), Pair.Stop))];
        for (int i = 0; i < 200; i++)
        {
            denied.Change(lists[i % lists.Length]);
            if (i % 5 == 0)
            {
                source.Change(Make().Current);
            }

            await Task.Yield();
        }

        await stop.CancelAsync();
        List<FakeConnection> left = [.. (await Task.WhenAll(opening)).SelectMany(o => o)];
        denied.Change(lists[0]);
        await UntilAsync(() => registry.IsIdle && left.TrueForAll(IsSettled));
        Assert.Equal(left.Count, registry.Count);
        foreach (FakeConnection connection in left)
        {
            connection.Registration!.Dispose();
            connection.Registration!.Dispose();
        }

        Assert.Equal(0, registry.Count);

        // Nobody here closes what is to be closed, and a busy machine takes its time: what is cut off at a deadline would be in the registry no more.
        SnapshotSource<PeerPolicy> Make() => Pair.Trusting(_pki.Root, p => p.DenyFrom(denied).CloseLiveConnections(TimeSpan.FromHours(1)));

        // Either closed, or right by what holds now.
        bool IsSettled(FakeConnection connection) =>
            connection.IsClosed || (connection.Verdict.IsAccepted && ReferenceEquals(connection.Verdict.Policy, source.Current) && !IsDenied(connection.Verdict));

        bool IsDenied(PeerVerdict verdict) => verdict.EndEntity!.Bytes.SequenceEqual(clients[0].Der.Span);

        async Task<List<FakeConnection>> OpenAndCloseAsync(TestCertificate client)
        {
            List<FakeConnection> kept = [];
            for (int i = 0; i < 2_000 && !stop.IsCancellationRequested; i++)
            {
                long epoch = engine.EpochOf(source.Current);
                PeerVerdict verdict = engine.Judge(source.Current, PeerRole.Client, Pair.Presented(client));
                if (verdict.IsAccepted)
                {
                    FakeConnection connection = new();
                    connection.Registration = registry.Add(source, connection, verdict, Pair.Presented(client), expectedBy: null, epoch, NullLogger.Instance);
                    if (i % 4 == 0)
                    {
                        kept.Add(connection);
                    }
                    else
                    {
                        await Task.Yield();
                        connection.Registration.Dispose();
                    }
                }
            }

            return kept;
        }
    }

    [Fact]
    public void Remove_TheLast_LeavesNothingBehind()
    {
        PeerPolicyEngine engine = new(new FakeTimeProvider(DateTimeOffset.UtcNow));
        SnapshotSource<CertificateDenyList> denied = CertificateDenyList.Empty;
        SnapshotSource<PeerPolicy> source = Pair.Trusting(_pki.Root, p => p.DenyFrom(denied));

        // The engine itself follows what a policy rests on, from when it first judges by it.
        engine.Judge(source.Current, PeerRole.Client, Pair.Presented(_pki.Client));
        (int, int) before = (Listeners(denied), Listeners(source));
        WeakReference[] gone = OpenAndClose(engine, source, 100);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.All(gone, reference => Assert.False(reference.IsAlive));
        Assert.Equal(0, ConnectionRegistry.Of(engine).Count);

        // Nobody hears of a change any more, so that what outlives a registry does not keep it.
        Assert.Equal(before, (Listeners(denied), Listeners(source)));
        GC.KeepAlive(engine);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference[] OpenAndClose(PeerPolicyEngine engine, SnapshotSource<PeerPolicy> source, int count)
    {
        List<FakeConnection> open = [];
        for (int i = 0; i < count; i++)
        {
            FakeConnection connection = new();
            long epoch = engine.EpochOf(source.Current);
            PeerVerdict verdict = engine.Judge(source.Current, PeerRole.Client, Pair.Presented(_pki.Client));
            connection.Registration = ConnectionRegistry.Of(engine).Add(source, connection, verdict, Pair.Presented(_pki.Client), expectedBy: null, epoch, NullLogger.Instance);
            open.Add(connection);
        }

        WeakReference[] references = [.. open.Select(connection => new WeakReference(connection))];
        open.ForEach(connection => connection.Registration!.Dispose());
        return references;
    }

    private static int Listeners<T>(SnapshotSource<T> source)
        where T : class =>
        ((Delegate?)typeof(SnapshotSource<T>).GetField("Changed", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.GetValue(source))?.GetInvocationList().Length ?? 0;

    private static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(Pair.Stop);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            await Task.Delay(5, patience.Token);
        }
    }
}
