using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using MutualTls.AspNetCore.Features;
using MutualTls.Connections;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Http;

/// <summary>Promise P10: certificates and anchors of both ends rotate on disk, as Kubernetes mounts them, while requests go on without pause. None fails.</summary>
public sealed class RotationUnderLoadTests(ITestOutputHelper output) : IDisposable
{
    private const int Rotations = 200, Clients = 8;

    private readonly string _folder = Directory.CreateTempSubdirectory("rotation-").FullName;

    // Files are looked at every five seconds: the seconds pass when there is something to see. Nothing else is to end by them.
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly ConcurrentDictionary<string, byte> _seen = [];
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly int[] _answered = new int[Clients];

    private static TimeSpan Long => TimeSpan.FromHours(10);

    [Fact]
    public async Task Rotate_EverythingUnderLoad_NoRequestFails()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights of their own there.");
        MountedVolume ofServer = new(Volume("server")), ofClient = new(Volume("client"));
        TestCertificateAuthority root = Root();
        TestCertificate server = root.IssueServer("localhost"), client = root.IssueClient("client.test");
        ofServer.Update(Files(server, root));
        ofClient.Update(Files(client, root));
        WebApplication app = await ServeAsync();
        await using IAsyncDisposable appEnd = app.Ending();
        await using ServiceProvider services = Client();
        ConnectionRegistry atServer = app.Services.GetRequiredService<ConnectionRegistry>(), atClient = services.GetRequiredService<ConnectionRegistry>();
        MutualTlsEndpoints[] ends = [app.Services.GetRequiredService<MutualTlsEndpoints>(), services.GetRequiredService<MutualTlsEndpoints>()];
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(Pair.Stop);
        Uri uri = new($"https://localhost:{new Uri(app.Urls.First()).Port}/");
        Task[] workers = [.. Enumerable.Range(0, Clients).Select(i => Task.Run(() => AskAsync(services, i, uri, enough.Token), Pair.Stop))];
        await EachHasBeenAnsweredAsync();

        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < Rotations && _failures.IsEmpty; i++)
        {
            // Whoever is to trust a new authority comes to know it first; the one before the last goes at the same time.
            TestCertificateAuthority next = Root();
            ofServer.Update(Files(server, root, next));
            ofClient.Update(Files(client, root, next));
            await LookAsync(ends, end => end.Policy("other").Version);

            (server, client) = (next.IssueServer("localhost"), next.IssueClient("client.test"));
            ofServer.Update(Files(server, root, next));
            ofClient.Update(Files(client, root, next));
            await LookAsync(ends, end => end.Credential("own").Version);
            root = next;

            // What was begun with the old ones ends before they go.
            await EachHasBeenAnsweredAsync();
        }

        TimeSpan took = Stopwatch.GetElapsedTime(began);
        await EachHasBeenAnsweredAsync();
        enough.Cancel();
        await Task.WhenAll(workers);
        output.WriteLine($"{_answered.Sum()} requests during {Rotations} rotations in {took.TotalSeconds:0.0} s; {_seen.Count} certificates of the client");
        Assert.True(_failures.IsEmpty, string.Join("\n", _failures));
        Assert.Equal(Rotations + 1, _seen.Count);
        Assert.Contains(client.Sha256Fingerprint, _seen.Keys);
        await Patience.UntilAsync(() => atServer.Count <= Clients && atClient.Count <= Clients);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static TestCertificateAuthority Root() => TestCertificateAuthority.CreateRoot();

    private static (string Name, byte[] Content)[] Files(TestCertificate own, params TestCertificateAuthority[] trusted) =>
    [
        ("tls.crt", System.Text.Encoding.ASCII.GetBytes(own.ToPem())),
        ("tls.key", System.Text.Encoding.ASCII.GetBytes(own.ExportPrivateKeyPem())),
        ("ca.crt", System.Text.Encoding.ASCII.GetBytes(string.Concat(trusted.Select(authority => authority.ToPem())))),
    ];

    private string Volume(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;

    // Where a connection sets a timer at this moment, it is that thread which goes on with what is due, and not this one.
    private Task LookAsync(MutualTlsEndpoints[] ends, Func<MutualTlsEndpoints, long> version)
    {
        long[] before = [.. ends.Select(version)];
        _clock.Advance(TimeSpan.FromSeconds(5));
        return Patience.UntilAsync(() => Enumerable.Range(0, ends.Length).All(i => version(ends[i]) > before[i]));
    }

    private void Register(IServiceCollection services, string name) => services.AddSingleton<TimeProvider>(_clock).AddMutualTls(mtls => mtls
        .AddCredential("own", c => c.FromPem(Path.Combine(_folder, name, "tls.crt"), Path.Combine(_folder, name, "tls.key")))
        .AddPolicy("other", p => p.TrustPem(Path.Combine(_folder, name, "ca.crt")).WithoutRevocation().CloseLiveConnections(TimeSpan.FromHours(1))));

    private async Task<WebApplication> ServeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        Register(builder.Services, "server");
        builder.WebHost.UseMutualTls().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseMutualTls(endpoint =>
        {
            endpoint.Otherwise("own", "other");
            endpoint.GateTimeout = Long;
        })));
        WebApplication app = builder.Build();
        app.MapFallback(async context =>
        {
            using StreamReader reader = new(context.Request.Body);
            string words = await reader.ReadToEndAsync(context.RequestAborted);
            _seen.TryAdd(context.Features.Get<IMutualTlsFeature>()!.Verdict.Identity!.Sha256Fingerprint, 0);
            await context.Response.WriteAsync(words, context.RequestAborted);
        });
        await app.StartAsync(Pair.Stop);
        return app;
    }

    private ServiceProvider Client()
    {
        ServiceCollection services = new();
        Register(services, "client");
        foreach (string http in (string[])["1.1", "2.0"])
        {
            services.AddHttpClient(http, client =>
            {
                client.DefaultRequestVersion = Version.Parse(http);
                client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
            }).UseMutualTls("own", "other", mtls => mtls.ConfigureHandler(handler => handler.UseProxy = false));
        }

        return services.BuildServiceProvider();
    }

    // Half of them over HTTP/1.1, half over HTTP/2; every other request has a body.
    private async Task AskAsync(ServiceProvider services, int number, Uri uri, CancellationToken enough)
    {
        using HttpClient client = services.GetRequiredService<IHttpClientFactory>().CreateClient(number % 2 == 0 ? "1.1" : "2.0");
        for (int i = 0; !enough.IsCancellationRequested; i++)
        {
            try
            {
                string words = $"{number} {i}";
                using StringContent content = new(words);
                using HttpResponseMessage response = i % 2 == 0 ? await client.GetAsync(uri, Pair.Stop) : await client.PostAsync(uri, content, Pair.Stop);
                string answer = await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(Pair.Stop);
                if (answer != (i % 2 == 0 ? "" : words))
                {
                    _failures.Enqueue($"client {number}, request {i}: '{answer}'");
                }
            }
            catch (HttpRequestException exception)
            {
                _failures.Enqueue($"client {number}, request {i}: {exception}");
            }

            Interlocked.Increment(ref _answered[number]);
        }
    }

    // Twice, so that the second request has begun after this was called.
    private Task EachHasBeenAnsweredAsync()
    {
        int[] before = [.. _answered];
        return Patience.UntilAsync(() => !_failures.IsEmpty || Enumerable.Range(0, Clients).All(i => Volatile.Read(ref _answered[i]) >= before[i] + 2));
    }
}
