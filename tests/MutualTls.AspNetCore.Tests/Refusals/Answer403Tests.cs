using System.Net;
using System.Net.Http;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MutualTls.AspNetCore.Endpoints;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Testing;
using MutualTls.Tests.Peers;

namespace MutualTls.AspNetCore.Tests.Refusals;

/// <summary>The gate itself tells a refused client why. Pitfall 18: in TLS 1.3 it has no other way to learn it.</summary>
public class Answer403Tests
{
    private static readonly TestPki s_pki = new(), s_expired = TestPki.With(client: c => c.Expired());

    private static Task<App> StartAsync(Action<WebApplication>? use = null) => App.StartAsync(s_expired, host: h => h.OnRefused = RefusalAction.Answer403, use: use);

    [Theory]
    [MemberData(nameof(Caller.Versions), MemberType = typeof(Caller))]
    public async Task Get_Refused_Is403WithTheReasonsCode(string version)
    {
        await using App app = await StartAsync();
        using HttpClient client = Caller.Create(app.Port, s_expired.Client, version);
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage answer = await client.GetAsync(new Uri("/", UriKind.Relative), App.Stop);
            await AssertRefusedAsync(answer, "MTLS1208");
        }

        Assert.Empty(app.Reached);
    }

    [Theory]
    [MemberData(nameof(Caller.Versions), MemberType = typeof(Caller))]
    public async Task Get_WithoutCertificate_Is403(string version)
    {
        await using App app = await StartAsync();
        using HttpClient client = Caller.Create(app.Port, certificate: null, version);
        using HttpResponseMessage answer = await client.GetAsync(new Uri("/", UriKind.Relative), App.Stop);
        await AssertRefusedAsync(answer, "MTLS1001");
    }

    [Theory]
    [InlineData("1.1", 10)]
    [InlineData("2.0", 10)]
    [InlineData("1.1", 3_000_000)]
    [InlineData("2.0", 3_000_000)]
    public async Task Post_Refused_Is403HoweverLong(string version, int length)
    {
        await using App app = await StartAsync();
        using HttpClient client = Caller.Create(app.Port, s_expired.Client, version);
        using ByteArrayContent content = new(new byte[length]);
        using HttpResponseMessage answer = await client.PostAsync(new Uri("/", UriKind.Relative), content, App.Stop);
        await AssertRefusedAsync(answer, "MTLS1208");
    }

    [Theory]
    [MemberData(nameof(Caller.Versions), MemberType = typeof(Caller))]
    public async Task Head_Refused_Is403WithoutABody(string version)
    {
        await using App app = await StartAsync();
        using HttpClient client = Caller.Create(app.Port, s_expired.Client, version);
        using HttpRequestMessage head = new(HttpMethod.Head, "/") { Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy };
        using HttpResponseMessage answer = await client.SendAsync(head, App.Stop);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Get_TwentyAtOnce_AreAll403()
    {
        await using App app = await StartAsync();
        using HttpClient client = Caller.Create(app.Port, s_expired.Client, "2.0");
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetAsync(new Uri("/", UriKind.Relative), App.Stop)));
        foreach (HttpResponseMessage answer in answers)
        {
            await AssertRefusedAsync(answer, "MTLS1208");
            answer.Dispose();
        }
    }

    // A refused client that says nothing, or what is no HTTP, is closed in bounded time.
    [Theory]
    [InlineData("")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n")]
    [InlineData("no http at all, and no end of it")]
    public async Task Connect_RefusedAndSlow_IsClosed(string said)
    {
        await using App app = await StartAsync();
        using HttpClient client = Caller.Create(app.Port, s_expired.Client);
        await using System.Net.Security.SslStream tls = await RawClient.ConnectAsync(app.Port, s_expired.Client);
        await tls.WriteAsync(System.Text.Encoding.ASCII.GetBytes(said), App.Stop);
        byte[] rest = new byte[4096];
        int read = await tls.ReadAtLeastAsync(rest, rest.Length, throwOnEndOfStream: false, App.Stop).AsTask().WaitAsync(TimeSpan.FromSeconds(60), App.Stop);
        Assert.Equal(0, read);
    }

    /// <summary>Ways in which an application puts its own code before everything else.</summary>
    public static TheoryData<string> Orders => ["terminal middleware", "startup filter", "startup filter at the front", "routing", "middleware of the connection before", "middleware of the connection after"];

    // Whatever the order, the application's code sees nothing of a refused client. Its own connection middleware before TLS sees octets it cannot read.
    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Refused_WhateverTheOrder_ReachesNothing(string order)
    {
        foreach (RefusalAction action in Enum.GetValues<RefusalAction>())
        {
            int reached = 0;
            await using App app = await App.StartAsync(
                mtls => App.Register(mtls, s_expired),
                builder =>
                {
                    if (order.StartsWith("startup filter", StringComparison.Ordinal))
                    {
                        ServiceDescriptor filter = ServiceDescriptor.Singleton<IStartupFilter>(new Filter(() => Interlocked.Increment(ref reached)));
                        builder.Services.Insert(order.EndsWith("front", StringComparison.Ordinal) ? 0 : builder.Services.Count, filter);
                    }

                    builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocal(listen =>
                    {
                        if (order.EndsWith("before", StringComparison.Ordinal))
                        {
                            listen.Use(next => next);
                        }

                        listen.UseMutualTls("web", "partners", h => h.OnRefused = action);
                        if (order.EndsWith("after", StringComparison.Ordinal))
                        {
                            listen.Use(next => connection =>
                            {
                                Interlocked.Increment(ref reached);
                                return next(connection);
                            });
                        }
                    }));
                },
                web =>
                {
                    if (order == "terminal middleware")
                    {
                        web.Run(context =>
                        {
                            Interlocked.Increment(ref reached);
                            return context.Response.WriteAsync("hello");
                        });
                    }
                    else if (order == "routing")
                    {
                        web.UseRouting();
                        web.MapGet("/", () => Interlocked.Increment(ref reached)).ShortCircuit();
                    }
                });
            foreach (string version in (string[])["1.1", "2.0"])
            {
                using HttpClient client = Caller.Create(app.Port, s_expired.Client, version);
                HttpStatusCode? status = null;
                try
                {
                    using HttpResponseMessage answer = await client.GetAsync(new Uri("/", UriKind.Relative), App.Stop);
                    status = answer.StatusCode;
                }
                catch (HttpRequestException)
                {
                }

                Assert.Equal(action == RefusalAction.Answer403 ? HttpStatusCode.Forbidden : null, status);
            }

            Assert.Equal(0, reached);
            Assert.Empty(app.Reached);
        }
    }

    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task Curl_IsServedOrTold(string version)
    {
        PeerProcess.Require("curl");
        await using App app = await StartAsync();
        using PeerFiles bad = new(s_expired.Client, s_expired.Root), good = new(s_expired.Issuing.IssueClient("curl.test"), s_expired.Root);
        Assert.Equal("partners curl.test 200", await CurlAsync(good));
        string refused = await CurlAsync(bad);
        Assert.EndsWith(" 403", refused);
        Assert.Contains("\"MTLS1208\"", refused);

        async Task<string> CurlAsync(PeerFiles files)
        {
            await using PeerProcess curl = PeerProcess.Start(
                "curl", "--silent", "--show-error", "--noproxy", "*", version, "--cacert", files.Root, "--cert", files.Certificate, "--key", files.Key,
                "--write-out", " %{http_code}", $"https://localhost:{app.Port}/");
            int code = await curl.ExitAsync();
            await curl.KillAsync();
            Assert.True(code == 0, curl.Output);
            return curl.Output.Trim();
        }
    }

    private static async Task AssertRefusedAsync(HttpResponseMessage answer, string code)
    {
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        using JsonDocument problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(App.Stop));
        Assert.Equal(code, problem.RootElement.GetProperty("code").GetString());
        Assert.Equal(403, problem.RootElement.GetProperty("status").GetInt32());
    }

    private sealed class Filter(Action reached) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Run(context =>
            {
                reached();
                return context.Response.WriteAsync("filter");
            });
            next(app);
        };
    }
}
