using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.DependencyInjection;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Tests.Connections;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Peers;

/// <summary>A listener whose credential staples, its responder, and the client of OpenSSL that looks.</summary>
internal sealed class StaplingServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("staple-").FullName;
    private readonly PeerFiles _client;
    private ServiceProvider? _services;
    private MutualTlsListener? _listener;

    public StaplingServer()
    {
        Pki = TestPki.With(timeProvider: Clock);
        _client = new PeerFiles(Pki.Client, Pki.Root);
        Issue(Pki.Issuing);
    }

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.UtcNow);

    /// <summary>Gets the clock that the server goes by: that one, set ahead at will.</summary>
    public SettableClock ServerClock => field ??= new SettableClock(Clock);

    public TestRevocationServer Responder { get; } = TestRevocationServer.Start();

    public EventRecord<MutualTlsEndpoints> Log { get; } = new();

    public MetricRecord Metrics { get; } = new();

    public TestPki Pki { get; }

    /// <summary>Gets the certificate in the file.</summary>
    public TestCertificate Certificate { get; private set; } = null!;

    public string CertificateFile => Path.Combine(_folder, "server.pem");

    public LocalCredential Credential => Endpoints.Credential("web").Current;

    public StaplingState State => Credential.Stapling;

    public MutualTlsEndpoints Endpoints => _services!.GetRequiredService<MutualTlsEndpoints>();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Responder.DisposeAsync();
        _client.Dispose();
        Metrics.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Writes a certificate to the file, in the place of what was there.</summary>
    public void Issue(TestCertificateAuthority issuer)
    {
        Certificate = issuer.IssueServer("localhost", c => c.WithOcsp(Responder.OcspUrl(issuer)));
        Certificate.WritePem(_folder, "server");
    }

    public void Listen(string? stapling = "Enabled", Action<MutualTlsBuilder>? configure = null, string credential = "web")
    {
        ServiceCollection services = new();
        services.AddSingleton<TimeProvider>(ServerClock);
        services.AddSingleton<ILogger<MutualTlsEndpoints>>(Log);
        services.AddSingleton<System.Diagnostics.Metrics.IMeterFactory>(Metrics);
        services.AddMutualTls(mtls =>
        {
            configure?.Invoke(mtls);
            mtls.ConfigureRevocation(r => (r.Dangerous.AllowLocalAddresses, r.OcspTimeout) = (true, TimeSpan.FromMinutes(1)))
                .AddConfiguration(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
                {
                    ["Credentials:web:CertificateFile"] = CertificateFile,
                    ["Credentials:web:KeyFile"] = Path.Combine(_folder, "server.key.pem"),
                    ["Credentials:web:Stapling"] = stapling,
                    ["Policies:partners:TrustFiles"] = _client.Root,
                    ["Policies:partners:Revocation"] = "Disabled",
                }).Build());
        });
        _services = services.BuildServiceProvider();
        _listener = Pair.Listen(Endpoints.ServerOptions(credential, "partners"));
    }

    public async Task StopAsync()
    {
        await (_listener?.DisposeAsync() ?? default);
        await (_services?.DisposeAsync() ?? default);
    }

    public Task IsAsync(StaplingStatus status) => Patience.UntilAsync(() => State.Status == status, () => $"{State}\n{Log}");

    // The credential is looked at every five seconds. What is on its way, or about to be, has the time that it needs: by the same clock it would be given up.
    public Task LookAsync(Func<bool> condition)
    {
        RevocationService revocation = _services!.GetRequiredService<RevocationService>();
        int quiet = 0;
        return Patience.UntilAsync(
            () =>
            {
                quiet = revocation.Sending == 0 ? quiet + 1 : 0;
                if (quiet > 2)
                {
                    Clock.Advance(TimeSpan.FromSeconds(1));
                }

                return condition();
            },
            () => $"{State}\n{Log}");
    }

    public async Task<string> ConnectAsync(string tls = "-tls1_3")
    {
        PeerProcess.Require("openssl");
        Task<MutualTlsStream> accepting = _listener!.AcceptAsync(Pair.Stop).AsTask();
        await using PeerProcess client = PeerProcess.Start(
            "openssl", "s_client", "-status", "-connect", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_listener.LocalEndPoint.Port}"), "-servername", "localhost",
            "-cert", _client.Certificate, "-cert_chain", _client.Certificate, "-key", _client.Key, "-CAfile", _client.Root, tls);
        await using MutualTlsStream stream = await accepting.WaitAsync(TimeSpan.FromSeconds(60), Pair.Stop);
        await client.WaitForAsync("Verify return code");
        return client.Output;
    }
}
