using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MutualTls.Testing;

namespace MutualTls.Tests.Support;

/// <summary>Kestrel with its own UseHttps on loopback: a server that knows nothing of us. It takes note of clients' certificates and lets in whom it is told to.</summary>
internal sealed class KestrelPeer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly IServer _server;
    private int _connections;
    private int _open;
    private int _requests;

    private KestrelPeer(WebApplication app) => (_app, _server) = (app, app.Services.GetRequiredService<IServer>());

    /// <summary>Gets the URI of its root, with localhost as host.</summary>
    public Uri Uri => new($"https://localhost:{Port}/");

    public int Port => new Uri(_app.Urls.First()).Port;

    /// <summary>Gets how many connections have had their handshake. One that the client gave up may be counted later, or never: it may be reset before its last flight was read.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Gets how many connections there are now.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Gets the connection of each request that reached the application.</summary>
    public ConcurrentQueue<string> RequestConnections { get; } = [];

    /// <summary>Gets how many requests reached the application.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Gets the subjects that each client presented, the end-entity first.</summary>
    public ConcurrentQueue<string[]> Presented { get; } = [];

    /// <summary>Gets or sets which clients are let in, by their subject.</summary>
    public Func<string, bool> Accepts { get; set; } = _ => true;

    public static async Task<KestrelPeer> StartAsync(
        TestCertificate server, RequestDelegate? answer = null, HttpProtocols protocols = HttpProtocols.Http1AndHttp2, Action<HttpsConnectionAdapterOptions>? configure = null,
        Action<IServiceCollection>? services = null, Action<WebApplication>? map = null)
    {
        KestrelPeer? peer = null;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        services?.Invoke(builder.Services);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocols;
            listen.UseHttps(https =>
            {
                // Nothing is measured by it: a busy machine takes what it takes.
                https.HandshakeTimeout = TimeSpan.FromMinutes(1);
                https.ServerCertificate = server.ToX509Certificate2();
                https.ServerCertificateChain = [.. server.Chain.Select(c => X509CertificateLoader.LoadCertificate(c.Der.Span))];
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.ClientCertificateValidation = (certificate, chain, _) => peer!.Note(certificate, chain);
                configure?.Invoke(https);
            });
            listen.Use(next => async connection =>
            {
                Interlocked.Increment(ref peer!._connections);
                Interlocked.Increment(ref peer!._open);
                try
                {
                    await next(connection);
                }
                finally
                {
                    Interlocked.Decrement(ref peer!._open);
                }
            });
        }));
        peer = new KestrelPeer(builder.Build());
        peer._app.Use(next => context =>
        {
            peer.RequestConnections.Enqueue(context.Connection.Id);
            Interlocked.Increment(ref peer._requests);
            return next(context);
        });
        map?.Invoke(peer._app);
        peer._app.MapFallback("{**path}", answer ?? (context => context.Response.WriteAsync(context.Request.Protocol)));
        await peer._app.StartAsync(Pair.Stop);
        return peer;
    }

    public ValueTask DisposeAsync() => _app.EndAsync(_server);

    private bool Note(X509Certificate2 certificate, X509Chain? chain)
    {
        Presented.Enqueue([certificate.Subject, .. chain!.ChainPolicy.ExtraStore.Select(c => c.Subject).Where(s => s != certificate.Subject)]);
        return Accepts(certificate.Subject);
    }
}
