using System.Net;
using System.Security.Authentication;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Http;

/// <summary>Which connection a request goes over: one that was judged by the policy that holds now, and that presents the credential that holds now.</summary>
public class PoolTests
{
    // Pitfalls 1 and 15: neither a connection nor a TLS session of one policy serves another.
    [Theory]
    [MemberData(nameof(ServerTests.Wires), MemberType = typeof(ServerTests))]
    public async Task Get_TwoPoliciesOneServer_EachJudgesByItself(string http, SslProtocols tls)
    {
        TestPki pki = new(), stranger = new();
        await using KestrelPeer server = await KestrelPeer.StartAsync(pki.Server, configure: https => https.SslProtocols = tls);
        using HttpClient lax = HttpPair.Client(HttpPair.Options(pki), Version.Parse(http));
        using HttpClient strict = HttpPair.Client(HttpPair.Options(pki, Pair.Trusting(stranger.Root)), Version.Parse(http));

        await lax.GetStringAsync(server.Uri, Pair.Stop);
        MutualTlsException refused = await HttpPair.RefusalAsync(strict.GetStringAsync(server.Uri, Pair.Stop));
        await lax.GetStringAsync(server.Uri, Pair.Stop);

        Assert.Equal(ValidationReason.IssuerUnknown, refused.Verdict?.Primary?.Reason);
        Assert.Equal(2, server.Requests);
    }

    // Pitfall 15: nor does one that was made before the policy changed.
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Get_PolicyChanged_NoOldConnectionIsUsed(string http)
    {
        TestPki pki = new(), stranger = new();
        SnapshotSource<PeerPolicy> policy = Pair.Trusting(pki.Root);
        await using KestrelPeer server = await KestrelPeer.StartAsync(pki.Server);
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki, policy), Version.Parse(http));
        await client.GetStringAsync(server.Uri, Pair.Stop);

        policy.Change(Pair.Trusting(stranger.Root));
        await HttpPair.RefusalAsync(client.GetStringAsync(server.Uri, Pair.Stop));
        policy.Change(Pair.Trusting(pki.Root));
        await client.GetStringAsync(server.Uri, Pair.Stop);

        Assert.Equal(2, server.RequestConnections.Count);
        Assert.Equal(2, server.RequestConnections.Distinct().Count());
    }

    // Pitfalls 2 and 3: full or resumed, each connection is judged, five times the same.
    [Theory]
    [MemberData(nameof(ServerTests.Wires), MemberType = typeof(ServerTests))]
    public async Task Get_FiveConnections_FiveTimesTheSameVerdict(string http, SslProtocols tls)
    {
        TestPki pki = new();
        await using KestrelPeer server = await KestrelPeer.StartAsync(pki.Server, configure: https => https.SslProtocols = tls);
        using HttpClient client = HttpPair.Client(
            HttpPair.Options(pki, configure: handler => handler.PooledConnectionLifetime = TimeSpan.Zero), Version.Parse(http));
        for (int i = 0; i < 5; i++)
        {
            await client.GetStringAsync(server.Uri, Pair.Stop);
        }

        Assert.Equal(5, server.Connections);
    }

    // Pitfall 2: what was good for the first connection is not for the second.
    [Theory]
    [MemberData(nameof(ServerTests.Wires), MemberType = typeof(ServerTests))]
    public async Task Get_ServerExpiredMeanwhile_IsRefused(string http, SslProtocols tls)
    {
        TestPki pki = new();
        FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
        await using KestrelPeer server = await KestrelPeer.StartAsync(pki.Server, configure: https => https.SslProtocols = tls);
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki, engine: new PeerPolicyEngine(clock)), Version.Parse(http));
        await client.GetStringAsync(server.Uri, Pair.Stop);

        // The pool still holds the connection, and it is not used.
        clock.Advance(TimeSpan.FromDays(91));
        MutualTlsException refused = await HttpPair.RefusalAsync(client.GetStringAsync(server.Uri, Pair.Stop));

        Assert.Equal(ValidationReason.NotAfterPassed, refused.Verdict?.Primary?.Reason);
        Assert.Equal(1, server.Requests);
    }

    // Pitfall 21: a reload of the anchors, and the peer is as good as before.
    [Fact]
    public async Task Get_AnchorsReloaded_EachTimeAccepted()
    {
        TestPki pki = new();
        SnapshotSource<PeerPolicy> policy = Pair.Trusting(pki.Root);
        await using KestrelPeer server = await KestrelPeer.StartAsync(pki.Server);
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki, policy));
        for (int i = 0; i < 4; i++)
        {
            await client.GetStringAsync(server.Uri, Pair.Stop);
            policy.Change(Pair.Trusting(pki.Root));
        }

        Assert.Equal(4, server.Connections);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Get_CredentialRotated_NewConnectionsPresentTheNewOne(string http)
    {
        TestPki pki = new();
        SnapshotSource<LocalCredential> credential = Pair.Credential(pki.Client);
        await using KestrelPeer server = await KestrelPeer.StartAsync(pki.Server);
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki, credential: credential), Version.Parse(http));
        await client.GetStringAsync(server.Uri, Pair.Stop);

        credential.Change(Pair.Credential(pki.Issuing.IssueClient("next.test")));
        await client.GetStringAsync(server.Uri, Pair.Stop);
        await client.GetStringAsync(server.Uri, Pair.Stop);

        Assert.Equal(["client.test", "next.test"], server.Presented.Select(p => p[0].Split("CN=")[1].Split(',')[0]));
        Assert.All(server.Presented, chain => Assert.Equal(2, chain.Length));
    }

    // Requests in progress are finished where they began, whatever rotates meanwhile.
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Get_RotatedUnderLoad_NoRequestFails(string http)
    {
        TestPki pki = new();
        SnapshotSource<LocalCredential> credential = Pair.Credential(pki.Client);
        byte[] body = new byte[200_000];
        await using KestrelPeer server = await KestrelPeer.StartAsync(pki.Server, context => context.Response.Body.WriteAsync(body).AsTask());
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki, credential: credential), Version.Parse(http));
        LocalCredential[] both = [Pair.Credential(pki.Issuing.IssueClient("next.test")), Pair.Credential(pki.Client)];
        Task<int>[] workers = [.. Enumerable.Range(0, 4).Select(_ => WorkAsync())];
        for (int i = 0; i < 20; i++)
        {
            int before = server.Requests;
            credential.Change(both[i % 2]);

            // Each worker has one on its way at most: of five, one was begun after the change.
            while (server.Requests < before + 5)
            {
                // One that has failed is not waited for.
                await (Array.Find(workers, worker => worker.IsFaulted) ?? Task.Delay(1, Pair.Stop));
            }
        }

        credential.Change(Pair.Credential(pki.Issuing.IssueClient("last.test")));
        int[] done = await Task.WhenAll(workers);
        Assert.Equal(server.Requests, done.Sum());
        Assert.True(server.Connections > 10, $"{server.Connections} connections");

        async Task<int> WorkAsync()
        {
            int requests = 0;
            while (credential.Version < 22)
            {
                using HttpResponseMessage response = await client.GetAsync(server.Uri, HttpCompletionOption.ResponseHeadersRead, Pair.Stop);
                Assert.Equal(body.Length, (await response.Content.ReadAsByteArrayAsync(Pair.Stop)).Length);
                requests++;
            }

            return requests;
        }
    }

    [Fact]
    public async Task Get_CookiesSetBeforeARotation_AreSentAfterIt()
    {
        TestPki pki = new();
        SnapshotSource<LocalCredential> credential = Pair.Credential(pki.Client);
        await using KestrelPeer server = await KestrelPeer.StartAsync(pki.Server, context =>
        {
            context.Response.Cookies.Append("session", "1");
            return context.Response.Body.WriteAsync(System.Text.Encoding.ASCII.GetBytes(context.Request.Headers.Cookie.ToString())).AsTask();
        });
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki, credential: credential));
        Assert.Equal("", await client.GetStringAsync(server.Uri, Pair.Stop));
        credential.Change(Pair.Credential(pki.Client));
        Assert.Equal("session=1", await client.GetStringAsync(server.Uri, Pair.Stop));
    }

    [Fact]
    public async Task Send_AfterDispose_Throws()
    {
        HttpMessageInvoker client = new(new MutualTls.Http.MutualTlsHttpHandler(HttpPair.Options(new TestPki())), disposeHandler: true);
        client.Dispose();
        using HttpRequestMessage request = new(HttpMethod.Get, "https://localhost/");
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.SendAsync(request, Pair.Stop));
    }
}
