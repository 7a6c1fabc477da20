using System.Net;
using System.Security.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Http;

/// <summary>Which servers a client talks to, over HTTP/1.1 and HTTP/2.</summary>
public class ServerTests
{
    public static TheoryData<string, SslProtocols> Wires => new()
    {
        { "1.1", SslProtocols.Tls12 },
        { "1.1", SslProtocols.Tls13 },
        { "2.0", SslProtocols.Tls12 },
        { "2.0", SslProtocols.Tls13 },
    };

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task Get_GoodServer_IsAnsweredAndSeesOurWholeChain(string http, SslProtocols tls)
    {
        TestPki pki = new();
        await using KestrelPeer server = await KestrelPeer.StartAsync(pki.Server, configure: https => https.SslProtocols = tls);
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki), Version.Parse(http));

        Assert.Equal(http == "2.0" ? "HTTP/2" : "HTTP/1.1", await client.GetStringAsync(server.Uri, Pair.Stop));

        string[] presented = Assert.Single(server.Presented);
        Assert.Equal([pki.Client.ToX509Certificate2().Subject, pki.Issuing.ToX509Certificate2().Subject], presented);
    }

    [Fact]
    public async Task Get_OurOwnListener_KnowsWhoWeAre()
    {
        TestPki pki = new();
        await using ListenerPeer server = new(Pair.Server(pki));
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki));
        Assert.Equal("client.test", await client.GetStringAsync(server.Uri, Pair.Stop));
        Assert.Equal("client.test", await client.GetStringAsync(server.Uri, Pair.Stop));
        Assert.Equal(1, server.Connections);
    }

    // Pitfall 8 from the other end: none of these may be asked anything.
    [Theory]
    [InlineData("1.1", "name", ValidationReason.NameMismatch)]
    [InlineData("2.0", "name", ValidationReason.NameMismatch)]
    [InlineData("1.1", "root", ValidationReason.IssuerUnknown)]
    [InlineData("2.0", "root", ValidationReason.IssuerUnknown)]
    [InlineData("1.1", "expired", ValidationReason.NotAfterPassed)]
    [InlineData("2.0", "expired", ValidationReason.NotAfterPassed)]
    public async Task Get_BadServer_ThrowsTheVerdictAndSendsNothing(string http, string defect, ValidationReason reason)
    {
        TestPki pki = new();
        TestCertificate certificate = defect switch
        {
            "name" => pki.Issuing.IssueServer("other.test"),
            "root" => new TestPki().Server,
            _ => pki.Issuing.IssueServer("localhost", c => c.Expired()),
        };
        await using KestrelPeer server = await KestrelPeer.StartAsync(certificate);
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki), Version.Parse(http));

        MutualTlsException refused = await HttpPair.RefusalAsync(client.GetStringAsync(server.Uri, Pair.Stop));

        Assert.Equal(MutualTlsError.PeerRefused, refused.Error);
        Assert.Equal(reason, refused.Verdict?.Primary?.Reason);
        Assert.Equal(0, server.Requests);
    }

    // What the gate awaits is awaited before the first byte.
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Get_ValidatorRefusesAfterTheHandshake_SendsNothing(string http)
    {
        TestPki pki = new();
        await using KestrelPeer server = await KestrelPeer.StartAsync(pki.Server);
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.AddValidator("contract", async (context, stop) =>
        {
            await Task.Yield();
            context.Refuse("no contract");
        }));
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki, policy), Version.Parse(http));

        MutualTlsException refused = await HttpPair.RefusalAsync(client.GetStringAsync(server.Uri, Pair.Stop));

        Assert.Equal(ValidationReason.ValidatorRefused, refused.Verdict?.Primary?.Reason);
        Assert.Equal(0, server.Requests);
    }

    [Fact]
    public async Task Get_PolicyIdentifiesTheServer_TheHostDoesNotMatter()
    {
        TestPki pki = TestPki.With(server: c => c.WithSan(n => n.Uri("spiffe://example.org/orders")));
        await using KestrelPeer server = await KestrelPeer.StartAsync(pki.Server);
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.IdentifyServerBy("uri:spiffe://example.org/orders"));
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki, policy));
        Assert.Equal("HTTP/1.1", await client.GetStringAsync($"https://127.0.0.1:{server.Port}/", Pair.Stop));
    }

    // A redirect leads to another server: by its own name, or not at all.
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Redirect_ToAHostOfAnotherName_IsJudgedByThatName(string http)
    {
        TestPki pki = TestPki.With(server: c => c.WithSan(n => n.Dns("localhost")));
        await using KestrelPeer other = await KestrelPeer.StartAsync(pki.Server);
        await using KestrelPeer server = await KestrelPeer.StartAsync(pki.Server, context =>
        {
            context.Response.Redirect($"https://{(context.Request.Path == "/same" ? "localhost" : "127.0.0.1")}:{other.Port}/");
            return Task.CompletedTask;
        });
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki), Version.Parse(http));

        Assert.StartsWith("HTTP/", await client.GetStringAsync(new Uri(server.Uri, "same"), Pair.Stop));
        MutualTlsException refused = await HttpPair.RefusalAsync(client.GetStringAsync(new Uri(server.Uri, "other"), Pair.Stop));

        Assert.Equal(ValidationReason.NameMismatch, refused.Verdict?.Primary?.Reason);
        Assert.Equal(1, other.Requests);
    }

    [Fact]
    public async Task Get_HostWithoutAName_SaysWhatToDo()
    {
        TestPki pki = new();
        await using KestrelPeer server = await KestrelPeer.StartAsync(pki.Server);
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki, configure: HttpPair.DialLoopback));
        HttpRequestException failed = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync($"https://orders.1:{server.Port}/", Pair.Stop));
        Assert.Contains("IdentifyServerBy", failed.ToString());
        Assert.Equal(0, server.Requests);
    }

    [Fact]
    public async Task Send_Synchronously_IsNotSupported()
    {
        TestPki pki = new();
        await using KestrelPeer server = await KestrelPeer.StartAsync(pki.Server, protocols: HttpProtocols.Http1);
        using HttpClient client = HttpPair.Client(HttpPair.Options(pki));
        using HttpRequestMessage request = new(HttpMethod.Get, server.Uri);
        Assert.Throws<NotSupportedException>(() => client.Send(request, Pair.Stop));
    }
}
