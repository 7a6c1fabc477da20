using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MutualTls.AspNetCore.Features;
using MutualTls.DependencyInjection;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.AspNetCore.Tests.Support;

/// <summary>A web application on Kestrel, on a free port of loopback, that remembers which requests reached it.</summary>
internal sealed class App : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly IServer _server;

    private App(WebApplication app, ConcurrentQueue<string> reached, Lines log)
    {
        _app = app;
        _server = app.Services.GetRequiredService<IServer>();
        Reached = reached;
        Log = log;
    }

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Gets the requests that came to the application.</summary>
    public ConcurrentQueue<string> Reached { get; }

    public Lines Log { get; }

    public IServiceProvider Services => _app.Services;

    public int Port => Ports[0];

    public int[] Ports => [.. _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address).Port)];

    /// <summary>Starts one.</summary>
    /// <param name="mtls">Registers credentials and policies.</param>
    /// <param name="build">Sets up the rest, endpoints above all.</param>
    /// <param name="use">Adds middleware before the one that answers.</param>
    /// <param name="guarded">Whether requests are guarded, as every endpoint asks.</param>
    public static async Task<App> StartAsync(Action<MutualTlsBuilder> mtls, Action<WebApplicationBuilder> build, Action<WebApplication>? use = null, bool guarded = true)
    {
        ConcurrentQueue<string> reached = [];
        Lines log = new();
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug);
        builder.Services.AddMutualTls(mtls);
        if (guarded)
        {
            builder.WebHost.UseMutualTls();
        }

        build(builder);
        WebApplication app = builder.Build();
        use?.Invoke(app);
        app.Run(async context =>
        {
            reached.Enqueue($"{context.Request.Method} {context.Request.Host}{context.Request.Path}");
            IMutualTlsFeature? feature = context.Features.Get<IMutualTlsFeature>();
            await context.Response.WriteAsync($"{feature?.PolicyName} {(feature?.Verdict.IsAuthenticated == true ? feature.Verdict.Identity : "nobody")}", context.RequestAborted);
        });
        App running = new(app, reached, log);
        try
        {
            await app.StartAsync(Stop);
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }

        return running;
    }

    /// <summary>Starts one whose only endpoint serves by one policy.</summary>
    public static Task<App> StartAsync(
        TestPki pki,
        Action<PeerPolicyBuilder>? policy = null,
        Action<AspNetCore.Endpoints.MutualTlsHostOptions>? host = null,
        HttpProtocols protocols = HttpProtocols.Http1AndHttp2,
        Action<WebApplication>? use = null) => StartAsync(
            mtls => Register(mtls, pki, policy),
            builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocal(listen =>
            {
                listen.Protocols = protocols;
                listen.UseMutualTls("web", "partners", host);
            })),
            use);

    /// <summary>Registers the server of a PKI as <c>web</c> and its clients' policy as <c>partners</c>.</summary>
    public static void Register(MutualTlsBuilder mtls, TestPki pki, Action<PeerPolicyBuilder>? policy = null) => mtls
        .Present("web", pki.Server)
        .AddPolicy("partners", p =>
        {
            p.TrustPemText(pki.Root.ToPem()).WithoutRevocation();
            policy?.Invoke(p);
        });

    public ValueTask DisposeAsync() => _app.EndAsync(_server);
}

internal static class AppExtensions
{
    public static void ListenLocal(this KestrelServerOptions kestrel, Action<ListenOptions> configure) => kestrel.Listen(System.Net.IPAddress.Loopback, 0, configure);

    public static MutualTlsBuilder Present(this MutualTlsBuilder mtls, string name, TestCertificate certificate)
    {
        var credential = certificate.ToCredential();
        return mtls.AddCredential(name, c => c.FromCertificate(credential.Certificate, credential.Intermediates));
    }
}

/// <summary>Collects what is logged, and lets a test wait for a line.</summary>
internal sealed class Lines : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = [];

    public IEnumerable<string> Errors => _lines.Where(line => line.Level >= LogLevel.Error).Select(line => line.Text);

    public int Count(string text) => _lines.Count(line => line.Text.Contains(text, StringComparison.Ordinal));

    public string Last(int count) => string.Join('\n', _lines.TakeLast(count).Select(line => line.Text));

    public async Task WaitForAsync(string text)
    {
        for (int i = 0; i < 2_400 && !_lines.Any(line => line.Text.Contains(text, StringComparison.Ordinal)); i++)
        {
            await Task.Delay(25, App.Stop);
        }

        Assert.Contains(_lines, line => line.Text.Contains(text, StringComparison.Ordinal));
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((logLevel, $"{formatter(state, exception)} {exception?.Message}"));

    public void Dispose()
    {
    }
}
