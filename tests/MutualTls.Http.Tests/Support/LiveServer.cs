using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Connections;
using MutualTls.Http;
using MutualTls.Policies;
using MutualTls.Policies.Lists;
using MutualTls.Sources;
using MutualTls.Testing;

namespace MutualTls.Tests.Support;

/// <summary>A server that knows nothing of us, and what a client needs that may come to refuse it while they are connected. Time goes on only where a test says so.</summary>
internal sealed class LiveServer : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LiveServer(FakeTimeProvider clock, TestPki pki)
    {
        Clock = clock;
        Pki = pki;
        Engine = new PeerPolicyEngine(clock);
        Registry.VerdictLost += (_, lost) => Told.TrySetResult(lost);
    }

    public FakeTimeProvider Clock { get; }

    public TestPki Pki { get; }

    public PeerPolicyEngine Engine { get; }

    public ConnectionRegistry Registry => ConnectionRegistry.Of(Engine);

    public SnapshotSource<CertificateDenyList> Denied { get; } = CertificateDenyList.Empty;

    public KestrelPeer Peer { get; private set; } = null!;

    /// <summary>Gets the first event that the registry raises.</summary>
    public TaskCompletionSource<VerdictLostEventArgs> Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets what ends when a request for <c>/slow</c> or <c>/long</c> has come.</summary>
    public Task Entered => Within(_entered.Task);

    /// <summary>Starts one. <c>/slow</c> answers after <see cref="GoOn"/>, <c>/long</c> answers a part at once and the rest then.</summary>
    public static async Task<LiveServer> StartAsync(
        Action<TestCertificateSpec>? certificate = null, Action<Microsoft.AspNetCore.Server.Kestrel.Https.HttpsConnectionAdapterOptions>? configure = null,
        Action<IServiceCollection>? services = null, Action<WebApplication>? map = null)
    {
        FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
        LiveServer server = new(clock, TestPki.With(timeProvider: clock, server: certificate));
        server.Peer = await KestrelPeer.StartAsync(server.Pki.Server, server.AnswerAsync, configure: configure, services: services, map: map);
        return server;
    }

    /// <summary>Makes the client's policy: it trusts the root and denies whom <see cref="Denied"/> holds.</summary>
    public PeerPolicy Policy(Action<PeerPolicyBuilder>? configure = null) => Pair.Trusting(Pki.Root, p =>
    {
        p.DenyFrom(Denied);
        configure?.Invoke(p);
    });

    public MutualTlsHttpOptions Options(SnapshotSource<PeerPolicy>? policy = null) => HttpPair.Options(Pki, policy ?? Policy(), engine: Engine);

    public HttpClient Client(string http, SnapshotSource<PeerPolicy>? policy = null) => HttpPair.Client(Options(policy), Version.Parse(http));

    public void Deny(params IEnumerable<TestCertificate> certificates) => Denied.Change(
        CertificateDenyList.Parse(certificates.Select(certificate => $"certificate:{Convert.ToHexString(SHA256.HashData(certificate.Der.Span))}")));

    public void GoOn() => _goOn.TrySetResult();

    /// <summary>Lets time go on until something has ended.</summary>
    public async Task AdvanceUntilAsync(Task ended)
    {
        for (int i = 0; i < 6_000 && !ended.IsCompleted; i++)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(500));
            await Task.WhenAny(ended, Task.Delay(10, Pair.Stop));
        }
    }

    public static Task Within(Task task) => task.WaitAsync(s_patience, Pair.Stop);

    public static Task<T> Within<T>(Task<T> task) => task.WaitAsync(s_patience, Pair.Stop);

    public ValueTask DisposeAsync() => Peer.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path;
        if (path == "/long")
        {
            await context.Response.WriteAsync("one ", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }

        if (path is "/long" or "/slow")
        {
            _entered.TrySetResult();
            await _goOn.Task.WaitAsync(context.RequestAborted);
        }

        await context.Response.WriteAsync(path == "/long" ? "two" : "done", context.RequestAborted);
    }
}
