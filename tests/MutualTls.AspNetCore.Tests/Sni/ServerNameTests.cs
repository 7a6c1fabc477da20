using System.Net;
using System.Net.Http;
using Microsoft.AspNetCore.Hosting;
using MutualTls.AspNetCore.Endpoints;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.DependencyInjection;
using MutualTls.Testing;
using MutualTls.Tests.Peers;

namespace MutualTls.AspNetCore.Tests.Sni;

/// <summary>Pitfall 4: the policy of a connection is that of the server name it asked for, else the endpoint's default or a refusal; never another name's.</summary>
public class ServerNameTests
{
    private const string Idn = "xn--bcher-kva.example";

    // Each name has a PKI of its own, so a client of one is let in by that policy alone, and the server's certificate tells which was taken.
    private static readonly Dictionary<string, TestPki> s_pkis = new()
    {
        ["default"] = new TestPki(),
        ["api"] = new TestPki(),
        ["wild"] = new TestPki(),
        ["idn"] = new TestPki(),
    };

    /// <summary>Server names as sent, and the policy that decides.</summary>
    public static TheoryData<string, string> Names => new()
    {
        { "", "default" },
        { "unknown.test", "default" },
        { "api.example", "api" },
        { "API.Example", "api" },
        { "api.example.", "api" },
        { "API.EXAMPLE.", "api" },
        { "api.example..", "default" },
        { ".api.example", "default" },
        { "api", "default" },
        { "xapi.example", "default" },
        { "api.example.evil.test", "default" },
        { "a.tenants.example", "wild" },
        { "A.Tenants.Example.", "wild" },
        { "a.b.tenants.example", "default" },
        { "tenants.example", "default" },
        { ".tenants.example", "default" },
        { "*.tenants.example", "default" },
        { "special.tenants.example", "api" },
        { Idn, "idn" },
        { "XN--BCHER-KVA.example", "idn" },
        { "127.0.0.1", "default" },
        { "api.example\0.tenants.example", "default" },
        { "a.tenants.example\0", "default" },
        { "api.example:443", "default" },
        { " api.example", "default" },
    };

    private static Task<App> StartAsync(bool refusesOthers = false) => App.StartAsync(Register, builder => builder.WebHost
        .UseMutualTls()
        .ConfigureKestrel(kestrel => kestrel.ListenLocal(listen => listen.UseMutualTls(endpoint =>
        {
            endpoint.AddHost("api.example", "api", "api").AddHost("*.Tenants.example.", "wild", "wild").AddHost("special.tenants.example", "api", "api").AddHost("bücher.example", "idn", "idn");
            if (!refusesOthers)
            {
                endpoint.Otherwise("default", "default");
            }
        }))));

    // The octets of the hello itself, whatever a client library would make of the name; whole, octet by octet, and cut into records.
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Hello_AnyName_GetsItsOwnPolicyOrTheDefault(string name, string expected)
    {
        await using App app = await StartAsync();
        byte[] message = ClientHello.Message(name.Length == 0 ? [] : [ClientHello.ServerName((0, System.Text.Encoding.ASCII.GetBytes(name)))]);
        string?[] seen =
        [
            Owner(await ClientHello.AskAsync(app.Port, ClientHello.Records(message))),
            Owner(await ClientHello.AskAsync(app.Port, ClientHello.Records(message), perWrite: 1)),
            Owner(await ClientHello.AskAsync(app.Port, ClientHello.Records(message, most: 50))),
        ];

        // TLS itself may refuse what is no name; nothing of another name is ever presented.
        Assert.All(seen[..2], owner => Assert.True(owner == expected || (owner is null && expected == "default"), $"{name}: {owner}"));
        Assert.True(seen[2] is null or "default" || seen[2] == expected, $"{name} in pieces: {seen[2]}");
    }

    [Fact]
    public async Task Hello_OddLists_GetTheDefaultOrNothing()
    {
        await using App app = await StartAsync();
        byte[] api = "api.example"u8.ToArray(), wild = "a.tenants.example"u8.ToArray();
        byte[][] messages =
        [
            ClientHello.Message(ClientHello.ServerName((0, api), (0, wild))),
            ClientHello.Message(ClientHello.ServerName((0, api)), ClientHello.ServerName((0, wild))),
            ClientHello.Message(ClientHello.ServerName((1, api))),
            ClientHello.Message(ClientHello.ServerName((0, []))),
            ClientHello.Message(ClientHello.ServerName()),
            ClientHello.Message(ClientHello.ServerName((0, new byte[300]))),
            ClientHello.Message(ClientHello.ServerName((0, [0xC3, 0xBC, .. ".example"u8]))),
        ];
        foreach (byte[] message in messages)
        {
            string? owner = Owner(await ClientHello.AskAsync(app.Port, ClientHello.Records(message)));
            Assert.True(owner is null or "default" or "api", owner);
        }
    }

    [Fact]
    public async Task Hello_WithoutDefault_OtherNamesAreRefused()
    {
        await using App app = await StartAsync(refusesOthers: true);
        foreach (string name in (string[])["", "unknown.test", "127.0.0.1", "a.b.tenants.example"])
        {
            byte[] message = ClientHello.Message(name.Length == 0 ? [] : [ClientHello.ServerName((0, System.Text.Encoding.ASCII.GetBytes(name)))]);
            Assert.Null(await ClientHello.AskAsync(app.Port, ClientHello.Records(message)));
        }

        Assert.Equal("api", Owner(await ClientHello.AskAsync(app.Port, ClientHello.Records(ClientHello.Message(ClientHello.ServerName((0, "api.example"u8.ToArray())))))));
        await app.Log.WaitForAsync("the server name 'unknown.test' has no policy");
    }

    /// <summary>The server name of the connection, the host of the request, and the policy that answers; null for 421.</summary>
    public static TheoryData<string, string, string?> Requests => new()
    {
        { "api.example", "api.example", "api" },
        { "api.example", "API.example.:8443", "api" },
        { "api.example", "special.tenants.example", "api" },
        { "api.example", "a.tenants.example", null },
        { "api.example", "unknown.test", null },
        { "api.example", "127.0.0.1", null },
        { "a.tenants.example", "b.tenants.example", "wild" },
        { "a.tenants.example", "api.example", null },
        { "a.tenants.example", "special.tenants.example", null },
        { "a.tenants.example", "tenants.example", null },
        { "", "127.0.0.1", "default" },
        { "", "unknown.test", "default" },
        { "", "api.example", null },
        { "", "Api.Example.", null },
        { "unknown.test", "other.test", "default" },
        { "unknown.test", "a.tenants.example", null },
        { Idn, Idn, "idn" },
        { Idn, "api.example", null },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Request_HostOfAnotherPolicy_Is421(string serverName, string host, string? policy)
    {
        await using App app = await StartAsync();
        string decides = policy ?? (serverName.Length == 0 || serverName == "unknown.test" ? "default" : serverName == Idn ? "idn" : serverName == "api.example" ? "api" : "wild");
        foreach (string version in (string[])["1.1", "2.0"])
        {
            int before = app.Reached.Count;
            using HttpClient client = Caller.Create(app.Port, s_pkis[decides].Client, version, serverName);

            // Twice: what was found of a host is remembered for the connection.
            for (int i = 0; i < 2; i++)
            {
                using HttpRequestMessage request = new(HttpMethod.Get, "/") { Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy };
                request.Headers.Host = host;
                using HttpResponseMessage answer = await client.SendAsync(request, App.Stop);
                Assert.Equal(policy is null ? HttpStatusCode.MisdirectedRequest : HttpStatusCode.OK, answer.StatusCode);
                Assert.Equal(policy is null ? "" : $"{policy} client.test", policy is null ? "" : await answer.Content.ReadAsStringAsync(App.Stop));
            }

            Assert.Equal(policy is null ? before : before + 2, app.Reached.Count);
        }
    }

    // The client of one name is nobody under another, by whichever way the hello comes.
    [Theory]
    [InlineData(null)]
    [InlineData("Octets")]
    [InlineData("Records")]
    public async Task Connect_ClientOfAnotherName_IsRefused(string? way)
    {
        await using App app = await StartAsync();
        Func<Stream, Stream>? wrap = way is null ? null : tcp => new Splitting(tcp, Enum.Parse<Splitting.Way>(way));
        foreach (string version in (string[])["1.1", "2.0"])
        {
            using HttpClient wrong = Caller.Create(app.Port, s_pkis["wild"].Client, version, "api.example", wrap);
            wrong.DefaultRequestHeaders.Host = "api.example";
            await Assert.ThrowsAsync<HttpRequestException>(() => wrong.CallAsync());

            using HttpClient right = Caller.Create(app.Port, s_pkis["api"].Client, version, "api.example", wrap);
            right.DefaultRequestHeaders.Host = "api.example";
            if (way == "Records")
            {
                // SslStream does not see a name in a hello of several records: the default's policy, which does not know this client.
                string? got = await right.CallAsync().ContinueWith(t => t.IsCompletedSuccessfully ? t.Result : null, TaskScheduler.Default);
                Assert.True(got is null or "api client.test", got);
            }
            else
            {
                Assert.Equal("api client.test", await right.CallAsync());
            }
        }

        Assert.DoesNotContain(app.Reached, request => !request.Contains("api.example", StringComparison.Ordinal));
    }

    // Pitfall 1 over HTTP: a session of one name, resumed under another.
    [Fact]
    public async Task Resume_SessionOfAnotherName_ThatNamesPolicyDecides()
    {
        PeerProcess.Require("openssl");
        await using App app = await StartAsync();
        using PeerFiles files = new(s_pkis["api"].Client, s_pkis["api"].Root);
        string session = Path.GetTempFileName();
        try
        {
            Assert.Contains("api client.test", await SayAsync("api.example", "-sess_out"));
            Assert.DoesNotContain("client.test", await SayAsync("a.tenants.example", "-sess_in"));
            Assert.DoesNotContain("client.test", await SayAsync("unknown.test", "-sess_in"));
            Assert.Contains("api client.test", await SayAsync("api.example", "-sess_in"));
        }
        finally
        {
            File.Delete(session);
        }

        async Task<string> SayAsync(string name, string use)
        {
            await using PeerProcess client = PeerProcess.Start(
                "openssl", "s_client", "-connect", $"127.0.0.1:{app.Port}", "-servername", name, "-cert", files.Certificate, "-key", files.Key, "-cert_chain", files.Certificate,
                use, session, "-ign_eof", "-quiet");
            client.Say($"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r");
            await client.ExitAsync();
            await client.KillAsync();
            return client.Output;
        }
    }

    private static void Register(MutualTlsBuilder mtls)
    {
        foreach ((string name, TestPki pki) in s_pkis)
        {
            mtls.Present(name, pki.Server).AddPolicy(name, p => p.TrustPemText(pki.Root.ToPem()).WithoutRevocation());
        }
    }

    private static string? Owner(byte[]? certificate) =>
        certificate is null ? null : s_pkis.Single(entry => entry.Value.Server.Der.Span.SequenceEqual(certificate)).Key;
}
