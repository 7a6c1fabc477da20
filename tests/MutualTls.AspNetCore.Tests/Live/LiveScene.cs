using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Connections;
using MutualTls.Policies;
using MutualTls.Policies.Lists;
using MutualTls.Sources;
using MutualTls.Testing;

namespace MutualTls.AspNetCore.Tests.Live;

/// <summary>An application whose policy can change while clients are connected, and whose time goes on only where a test says so.</summary>
internal sealed class LiveScene(FakeTimeProvider clock, TestPki pki) : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FakeTimeProvider Clock => clock;

    public TestPki Pki => pki;

    public SnapshotSource<CertificateDenyList> Denied { get; } = CertificateDenyList.Empty;

    public App App { get; private set; } = null!;

    public ConnectionRegistry Registry => App.Services.GetRequiredService<ConnectionRegistry>();

    /// <summary>Gets what ends when a request for <c>/slow</c> has come; it is answered after <see cref="GoOn"/>.</summary>
    public Task Entered => Within(_entered.Task);

    /// <summary>Gets what ends once Kestrel was told to close a connection.</summary>
    public Task Closing => Within(_closing.Task);

    /// <summary>Gets what ends when a request for <c>/slow</c> is aborted.</summary>
    public Task Aborted => Within(_aborted.Task);

    /// <summary>Starts one.</summary>
    /// <param name="policy">Says more of the policy, which trusts the root and denies whom <see cref="Denied"/> holds.</param>
    /// <param name="pki">The certificates; by default new ones.</param>
    /// <param name="build">Sets up more.</param>
    /// <param name="use">Adds middleware.</param>
    /// <param name="handle">Serves in the place of HTTP.</param>
    public static async Task<LiveScene> StartAsync(
        Action<LiveScene, PeerPolicyBuilder>? policy = null, Func<TimeProvider, TestPki>? pki = null, Action<WebApplicationBuilder>? build = null, Action<WebApplication>? use = null,
        Action<IConnectionBuilder>? handle = null)
    {
        FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
        LiveScene scene = new(clock, pki?.Invoke(clock) ?? TestPki.With(timeProvider: clock));
        scene.App = await App.StartAsync(
            mtls => mtls.Present("web", scene.Pki.Server).AddPolicy("partners", p =>
            {
                p.TrustPemText(scene.Pki.Root.ToPem()).WithoutRevocation().DenyFrom(scene.Denied);
                policy?.Invoke(scene, p);
            }),
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(scene.Clock);
                builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocal(listen =>
                {
                    listen.UseMutualTls("web", "partners");

                    // Registered before HTTP registers, so that HTTP is told first.
                    listen.Use(next => async connection =>
                    {
                        using CancellationTokenRegistration told = connection.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>().ConnectionClosedRequested.Register(() => scene._closing.TrySetResult());
                        await next(connection);
                    });
                    handle?.Invoke(listen);
                }));
                build?.Invoke(builder);
            },
            web =>
            {
                use?.Invoke(web);
                web.Use((context, next) => context.Request.Path == "/slow" ? scene.AnswerSlowlyAsync(context, next) : next(context));
            });
        return scene;
    }

    public void Deny(params IEnumerable<TestCertificate> certificates) => Denied.Change(
        CertificateDenyList.Parse(certificates.Select(certificate => $"certificate:{Convert.ToHexString(SHA256.HashData(certificate.Der.Span))}")));

    /// <summary>Lets requests for <c>/slow</c> be answered.</summary>
    public void GoOn() => _goOn.TrySetResult();

    public static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; i < 6_000 && !condition(); i++)
        {
            await Task.Delay(10, App.Stop);
        }

        Assert.True(condition());
    }

    /// <summary>Lets time go on until something has ended.</summary>
    public async Task AdvanceUntilAsync(Task ended)
    {
        for (int i = 0; i < 6_000 && !ended.IsCompleted; i++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(ended, Task.Delay(10, App.Stop));
        }

        await ended;
    }

    public static Task Within(Task task) => task.WaitAsync(s_patience, App.Stop);

    public ValueTask DisposeAsync() => App.DisposeAsync();

    private async Task AnswerSlowlyAsync(HttpContext context, RequestDelegate next)
    {
        _entered.TrySetResult();
        try
        {
            await _goOn.Task.WaitAsync(context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            _aborted.TrySetResult();
            throw;
        }

        await next(context);
    }
}
