using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Policies.Lists;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Connections;

/// <summary>Promise P6 and pitfall 17 on the wire: a raw stream whose verdict no longer stands ends at both sides, in order if the peer takes part, and says why.</summary>
public class LiveStreamTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    // Its time goes on only where a test says so: on a busy machine no patience runs out.
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly TestPki _pki = new();
    private readonly SnapshotSource<CertificateDenyList> _denied = CertificateDenyList.Empty;
    private readonly PeerPolicyEngine _engine;

    public LiveStreamTests() => _engine = new PeerPolicyEngine(_clock);

    [Fact]
    public async Task Server_ClientIsDeniedWhileConnected_ReadsAndWritesFailAndTheClientSeesAnEnd()
    {
        await using Both both = await ConnectAsync(Denying(_pki.Root), Pair.Trusting(_pki.Root));
        Task<int> reading = both.Server.ReadAsync(new byte[16], Pair.Stop).AsTask();
        Deny(_pki.Client);

        // close_notify, not a broken connection.
        Assert.Equal(0, await both.Client.ReadAsync(new byte[16], Pair.Stop).AsTask().WaitAsync(s_patience, Pair.Stop));
        await both.Client.DisposeAsync();

        MutualTlsException lost = await Assert.ThrowsAsync<MutualTlsException>(() => reading.WaitAsync(s_patience, Pair.Stop));
        Assert.Equal((MutualTlsError.VerdictLost, ValidationReason.CertificateDenied), (lost.Error, lost.Verdict!.Primary!.Value.Reason));
        Assert.Contains("MTLS1621", lost.Message, StringComparison.Ordinal);
        Assert.False(both.Server.Verdict.IsAccepted);
        foreach (Func<Task> use in (Func<Task>[])
            [
                () => both.Server.ReadAsync(new byte[1], Pair.Stop).AsTask(), () => both.Server.WriteAsync(new byte[1], Pair.Stop).AsTask(),
                () => Task.Run(() => both.Server.ReadByte(), Pair.Stop), () => Task.Run(() => both.Server.WriteByte(1), Pair.Stop), both.Server.ShutdownAsync,
            ])
        {
            Assert.Equal(MutualTlsError.VerdictLost, (await Assert.ThrowsAsync<MutualTlsException>(use)).Error);
        }
    }

    [Fact]
    public async Task Client_ServerIsDeniedWhileConnected_FailsAndTheServerSeesAnEnd()
    {
        await using Both both = await ConnectAsync(Pair.Trusting(_pki.Root), Denying(_pki.Root));
        Task<int> reading = Task.Run(() => both.Client.Read(new byte[16]), Pair.Stop);
        Deny(_pki.Server);
        Assert.Equal(0, await both.Server.ReadAsync(new byte[16], Pair.Stop).AsTask().WaitAsync(s_patience, Pair.Stop));
        await both.Server.DisposeAsync();
        Assert.Equal(MutualTlsError.VerdictLost, (await Assert.ThrowsAsync<MutualTlsException>(() => reading.WaitAsync(s_patience, Pair.Stop))).Error);
    }

    // The peer takes nothing and closes nothing: the connection ends all the same.
    [Fact]
    public async Task Server_PeerDoesNotRead_BlockedWriteFails()
    {
        await using Both both = await ConnectAsync(Denying(_pki.Root), Pair.Trusting(_pki.Root));
        Task writing = Task.Run(async () =>
        {
            byte[] block = new byte[64 * 1024];
            while (true)
            {
                await both.Server.WriteAsync(block, Pair.Stop);
            }
        }, Pair.Stop);
        await both.Client.ReadExactlyAsync(new byte[1], Pair.Stop);
        Deny(_pki.Client);
        await AdvanceUntilAsync(writing);
        Assert.Equal(MutualTlsError.VerdictLost, (await Assert.ThrowsAsync<MutualTlsException>(() => writing)).Error);
    }

    [Fact]
    public async Task Server_PeerStaysSilent_PendingReadFails()
    {
        await using Both both = await ConnectAsync(Denying(_pki.Root), Pair.Trusting(_pki.Root));
        Task<int> reading = both.Server.ReadAsync(new byte[16], Pair.Stop).AsTask();
        Deny(_pki.Client);
        await AdvanceUntilAsync(reading);
        Assert.Equal(MutualTlsError.VerdictLost, (await Assert.ThrowsAsync<MutualTlsException>(() => reading)).Error);
    }

    // Eight writers in full flow: what the client has received until the end is whole, and then comes the end.
    [Fact]
    public async Task Server_DeniedWhileItWrites_WhatWasSentArrivesWholeAndThenAnEnd()
    {
        SnapshotSource<PeerPolicy> policy = Denying(_pki.Root);
        Both[] all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ConnectAsync(policy, Pair.Trusting(_pki.Root))));
        byte[] pattern = [.. Enumerable.Range(0, 1000 + 4096).Select(i => (byte)(i % 1000))];
        Task<MutualTlsException>[] writing = [.. all.Select(both => Assert.ThrowsAsync<MutualTlsException>(async () =>
        {
            while (true)
            {
                await both.Server.WriteAsync(pattern.AsMemory(0, 1000), Pair.Stop);

                // A write that does not have to wait must not keep its thread from the others.
                await Task.Yield();
            }
        }))];
        Task<long>[] reading = [.. all.Select(both => Task.Run(async () =>
        {
            byte[] buffer = new byte[4096];
            long total = 0;
            while (await both.Client.ReadAsync(buffer, Pair.Stop) is > 0 and int read)
            {
                Assert.True(buffer.AsSpan(0, read).SequenceEqual(pattern.AsSpan((int)(total % 1000), read)));
                total += read;
            }

            return total;
        }, Pair.Stop))];
        Deny(_pki.Client);
        Assert.All(await Task.WhenAll(writing).WaitAsync(s_patience, Pair.Stop), lost => Assert.Equal(MutualTlsError.VerdictLost, lost.Error));
        Assert.All(await Task.WhenAll(reading).WaitAsync(s_patience, Pair.Stop), total => Assert.Equal(0, total % 1000));
        foreach (Both both in all)
        {
            await both.DisposeAsync();
        }
    }

    [Fact]
    public async Task Server_CertificateExpiresWhileConnected_IsClosed()
    {
        TestPki pki = TestPki.With(timeProvider: _clock, client: c => c.Validity(c.Now.AddHours(-1), c.Now.AddHours(1)));
        await using Both both = await ConnectAsync(Pair.Trusting(pki.Root), Pair.Trusting(pki.Root), pki);
        Task<int> reading = both.Server.ReadAsync(new byte[16], Pair.Stop).AsTask();
        _clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(30));
        Assert.Equal(0, await both.Client.ReadAsync(new byte[16], Pair.Stop).AsTask().WaitAsync(s_patience, Pair.Stop));
        await both.Client.DisposeAsync();
        MutualTlsException lost = await Assert.ThrowsAsync<MutualTlsException>(() => reading.WaitAsync(s_patience, Pair.Stop));
        Assert.Equal(ValidationReason.NotAfterPassed, lost.Verdict!.Primary!.Value.Reason);
    }

    [Fact]
    public async Task Dispose_OfBothEnds_LeavesNothingInTheRegistry()
    {
        Both both = await ConnectAsync(Denying(_pki.Root), Pair.Trusting(_pki.Root));
        Assert.Equal(1, ConnectionRegistry.Of(_engine).Count);
        await both.DisposeAsync();
        Assert.Equal(0, ConnectionRegistry.Of(_engine).Count);
        Deny(_pki.Client);
    }

    // Whoever forgets to dispose of a stream leaves it to the collector, and the registry does not keep it.
    [Fact]
    public async Task Forgotten_ServerStream_LeavesNothingInTheRegistry()
    {
        MutualTlsStream client = await ForgetServerAsync();
        await Patience.UntilAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return ConnectionRegistry.Of(_engine).Count == 0;
        });
        await client.DisposeAsync();
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private async Task<MutualTlsStream> ForgetServerAsync()
    {
        Both both = await ConnectAsync(Denying(_pki.Root), Pair.Trusting(_pki.Root));
        Assert.Equal(1, ConnectionRegistry.Of(_engine).Count);
        return both.Client;
    }

    private SnapshotSource<PeerPolicy> Denying(TestCertificateAuthority root) => Pair.Trusting(root, p => p.DenyFrom(_denied));

    private void Deny(TestCertificate certificate) => _denied.Change(CertificateDenyList.Parse($"certificate:{Convert.ToHexString(SHA256.HashData(certificate.Der.Span))}"));

    private async Task AdvanceUntilAsync(Task ended)
    {
        for (int i = 0; i < 6_000 && !ended.IsCompleted; i++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(ended, Task.Delay(10, Pair.Stop));
        }
    }

    private async Task<Both> ConnectAsync(SnapshotSource<PeerPolicy> ofServer, SnapshotSource<PeerPolicy> ofClient, TestPki? pki = null)
    {
        pki ??= _pki;
        await using MutualTlsListener listener = Pair.Listen(new MutualTlsServerOptions { Credential = Pair.Credential(pki.Server), Policy = ofServer, Engine = _engine });
        Task<MutualTlsStream> accepting = listener.AcceptAsync(Pair.Stop).AsTask();
        MutualTlsStream client = await MutualTlsConnector.DialAsync(
            listener.LocalEndPoint.Port,
            new MutualTlsClientOptions { TargetHost = "localhost", Credential = Pair.Credential(pki.Client), Policy = ofClient, Engine = new PeerPolicyEngine(_clock) }, Pair.Stop);
        return new Both(client, await accepting);
    }

    private sealed record Both(MutualTlsStream Client, MutualTlsStream Server) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Client.DisposeAsync();
            await Server.DisposeAsync();
        }
    }
}
