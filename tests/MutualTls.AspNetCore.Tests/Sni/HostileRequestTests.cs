using System.Buffers.Binary;
using System.Net.Security;
using Microsoft.AspNetCore.Hosting;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Testing;

namespace MutualTls.AspNetCore.Tests.Sni;

/// <summary>Pitfall 4, by requests that no decent client writes: nobody who came in under the lax default is served as if for the strict name.</summary>
public class HostileRequestTests
{
    private const string Strict = "api.example";

    private static readonly TestPki s_pki = new();

    /// <summary>Heads of requests on a connection without the strict name.</summary>
    public static TheoryData<string> Heads =>
    [
        "GET / HTTP/1.1\r\nHost: api.example",
        "GET / HTTP/1.1\r\nHost: API.example.",
        "GET / HTTP/1.1\r\nHost: api.example:",
        "GET / HTTP/1.1\r\nHost: api.example.:443",
        "GET / HTTP/1.1\r\nHost: api.example:443:1",
        "GET / HTTP/1.1\r\nHost:\tapi.example\t",
        "GET / HTTP/1.1\r\nHost: unknown.test@api.example",
        "GET / HTTP/1.1\r\nHost: api.example@unknown.test",
        "GET / HTTP/1.1\r\nHost: api%2eexample",
        "GET / HTTP/1.1\r\nHost: [api.example]",
        "GET / HTTP/1.1\r\nHost: \uFF41\uFF50\uFF49.example",
        "GET / HTTP/1.1\r\nHost: api\u3002example",
        "GET / HTTP/1.1\r\nHost: api.example\\.unknown.test",
        "GET / HTTP/1.1\r\nHost: api.example/unknown.test",
        "GET / HTTP/1.1\r\nHost: unknown.test, api.example",
        "GET / HTTP/1.1\r\nHost: unknown.test\r\nHost: api.example",
        "GET / HTTP/1.1\r\nHost: api.example\r\nHost: unknown.test",
        "GET / HTTP/1.1\r\nHost: unknown.test\r\nHost : api.example",
        "GET / HTTP/1.1\r\nHost: unknown.test\r\n api.example",
        "GET https://api.example/ HTTP/1.1\r\nHost: unknown.test",
        "GET https://unknown.test/ HTTP/1.1\r\nHost: api.example",
        "GET https://api.example/ HTTP/1.1\r\nHost: api.example",
        "GET https://u@api.example/ HTTP/1.1\r\nHost: unknown.test",
        "GET https://api.example/ HTTP/1.1\r\nHost:",
        "GET https://api.example/ HTTP/1.0",
        "GET //api.example/ HTTP/1.1\r\nHost: unknown.test\r\nX-Forwarded-Host: api.example",
        "OPTIONS * HTTP/1.1\r\nHost: api.example",
        "CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443",
        "CONNECT api.example:443 HTTP/1.1\r\nHost: unknown.test",
        "GET / HTTP/1.1\r\nHost: unknown.test\r\n\r\nGET / HTTP/1.1\r\nHost: api.example",
        "POST / HTTP/1.1\r\nHost: unknown.test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: api.example",
    ];

    [Theory]
    [MemberData(nameof(Heads), DisableDiscoveryEnumeration = true)]
    public async Task Http1_HostOfTheStrictName_IsNotServed(string head)
    {
        foreach (bool overrides in (bool[])[false, true])
        {
            await using App app = await StartAsync(overrides);
            await using SslStream tls = await RawClient.ConnectAsync(app.Port, certificate: null, "unknown.test");
            await tls.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"{head}\r\nConnection: close\r\n\r\n"), App.Stop);
            string answer = await ReadAsync(tls);
            Assert.True(answer.Length > 0, head);
            NotReached(app);
        }
    }

    /// <summary>Fields of a request over HTTP/2, in their order.</summary>
    public static TheoryData<string[]> Fields => new()
    {
        { new[] { ":authority", "api.example" } },
        { new[] { ":authority", "unknown.test", "host", "api.example" } },
        { new[] { ":authority", "api.example", "host", "unknown.test" } },
        { new[] { ":authority", "", "host", "api.example" } },
        { new[] { "host", "api.example" } },
        { new[] { ":authority", "unknown.test", ":authority", "api.example" } },
        { new[] { "host", "unknown.test", "host", "api.example" } },
        { new[] { "host", "unknown.test", ":authority", "api.example" } },
        { new[] { ":authority", "api.example@unknown.test" } },
        { new[] { ":authority", "api.example:443" } },
        { new[] { ":authority", "API.EXAMPLE." } },
    };

    [Theory]
    [MemberData(nameof(Fields), DisableDiscoveryEnumeration = true)]
    public async Task Http2_AuthorityOfTheStrictName_IsNotServed(string[] fields)
    {
        await using App app = await StartAsync(overrides: false);
        await using SslStream tls = await AskAsync(app, fields);
        Assert.True(await AnsweredAsync(tls), string.Join(" ", fields));
        NotReached(app);
    }

    // What the two above would see if it were otherwise.
    [Fact]
    public async Task Both_HostOfTheDefault_AreServed()
    {
        await using App app = await StartAsync(overrides: false);
        await using SslStream one = await RawClient.ConnectAsync(app.Port, certificate: null, "unknown.test");
        await one.WriteAsync("GET / HTTP/1.1\r\nHost: unknown.test\r\nConnection: close\r\n\r\n"u8.ToArray(), App.Stop);
        await ReadAsync(one);
        await using SslStream two = await AskAsync(app, [":authority", "other.test"]);
        Assert.True(await AnsweredAsync(two));
        Assert.Equal(["GET unknown.test/", "GET other.test/"], app.Reached);
    }

    // "METHOD host/path": the host as the application sees it.
    private static void NotReached(App app) =>
        Assert.All(app.Reached, request => Assert.NotEqual(Strict, request.Split(' ')[1].Split('/', ':')[0].TrimEnd('.').ToLowerInvariant(), StringComparer.Ordinal));

    private static Task<App> StartAsync(bool overrides) => App.StartAsync(
        mtls => mtls.Present("web", s_pki.Server)
            .AddPolicy("strict", p => p.TrustPemText(s_pki.Root.ToPem()).WithoutRevocation())
            .AddPolicy("lax", p => p.TrustPemText(s_pki.Root.ToPem()).WithoutRevocation().CertificateOptional()),
        builder => builder.WebHost.UseMutualTls().ConfigureKestrel(kestrel =>
        {
            kestrel.AllowHostHeaderOverride = overrides;
            kestrel.ListenLocal(listen => listen.UseMutualTls(endpoint => endpoint.AddHost(Strict, "web", "strict").Otherwise("web", "lax")));
        }));

    private static async Task<SslStream> AskAsync(App app, string[] fields)
    {
        SslStream tls = await RawClient.ConnectAsync(app.Port, certificate: null, "unknown.test", speaks: SslApplicationProtocol.Http2);
        byte[] block = [0x82, 0x87, 0x84, .. fields.Chunk(2).SelectMany(field => (byte[])[0, .. Text(field[0]), .. Text(field[1])])];
        await tls.WriteAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(4, 0, 0, []), .. Frame(1, 5, 1, block)], App.Stop);
        return tls;

        static byte[] Text(string text) => [(byte)text.Length, .. System.Text.Encoding.ASCII.GetBytes(text)];
    }

    private static async Task<string> ReadAsync(SslStream tls)
    {
        using MemoryStream all = new();
        try
        {
            await tls.CopyToAsync(all, App.Stop).WaitAsync(TimeSpan.FromSeconds(30), App.Stop);
        }
        catch (IOException)
        {
            // Closed hard.
        }

        return System.Text.Encoding.ASCII.GetString(all.ToArray());
    }

    // Until the stream has its answer, or is reset, or the connection ends.
    private static async Task<bool> AnsweredAsync(SslStream tls)
    {
        byte[] head = new byte[9];
        try
        {
            while (true)
            {
                await tls.ReadExactlyAsync(head, App.Stop).AsTask().WaitAsync(TimeSpan.FromSeconds(30), App.Stop);
                byte[] payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
                await tls.ReadExactlyAsync(payload, App.Stop);
                if (head[3] is 1 or 3 or 7)
                {
                    return true;
                }
            }
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        byte[] frame = [0, (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, 0, 0, 0, 0, .. payload];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        return frame;
    }
}
