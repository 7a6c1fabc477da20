using System.Net;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

// Not within MutualTls: what users write must compile where users write it.
namespace Documentation;

/// <summary>The code that README files and docs quote, compiled and run.</summary>
public class SnippetTests
{
    private static readonly TestPki Pki = new();

    static SnippetTests()
    {
        // The paths in the documentation are relative: here, to the build's output.
        Directory.SetCurrentDirectory(AppContext.BaseDirectory);
        Pki.WritePem("certs");
    }

    [Fact]
    public async Task ServerAndClient_OfTheReadme_Talk()
    {
        await using MutualTlsListener listener = Listen(new IPEndPoint(IPAddress.Loopback, 0));
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Pair.Stop);
        Task serving = ServeAsync(listener, stop.Token);
        Assert.Equal("hello, client.test", await ConnectAsync(listener.LocalEndPoint.Port, Pair.Stop));

        // A workload has a URI and no DNS name; one that is not trusted must not end the server either.
        Assert.Equal("hello, spiffe://shop.example/till", await GreetingAsync(Pki.Issuing.IssueClient("spiffe://shop.example/till"), listener.LocalEndPoint.Port));
        await Assert.ThrowsAsync<MutualTlsException>(() => GreetingAsync(new TestPki().Client, listener.LocalEndPoint.Port));
        Assert.Equal("hello, client.test", await ConnectAsync(listener.LocalEndPoint.Port, Pair.Stop));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
    }

    [Fact]
    public async Task RawStream_OfTheReadme_IsAuthenticated()
    {
        (Stream near, Stream far) = InMemoryDuplex.CreatePair();
        TestPki pki = new();
        Task<MutualTlsStream> serving = OverAnyStreamAsync(far, Pair.Server(pki), Pair.Stop);
        await using MutualTlsStream stream = await MutualTlsStream.AuthenticateAsClientAsync(near, Pair.Client(pki), Pair.Stop);
        await using MutualTlsStream accepted = await serving;
        Assert.True(accepted.Verdict.IsAuthenticated);
    }

    [Fact]
    public async Task Services_OfTheReadme_Connect()
    {
        ServiceCollection services = new();
        Register(services);
        await using ServiceProvider provider = services.BuildServiceProvider();
        MutualTlsServerOptions served = provider.GetRequiredService<MutualTlsEndpoints>().ServerOptions("web", "partners");
        TaskCompletionSource<MutualTlsStream> refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using MutualTlsListener listener = Pair.Listen(new MutualTlsServerOptions
        {
            Credential = served.Credential,
            Policy = served.Policy,
            Engine = served.Engine,
            OnRefused = e => refused.TrySetException(e),
        });
        Task<MutualTlsStream> accepting = listener.AcceptAsync(Pair.Stop).AsTask();
        await using MutualTlsStream stream = await DialAsync(provider.GetRequiredService<MutualTlsConnector>(), listener.LocalEndPoint.Port, Pair.Stop);
        // A server that refuses does so after the client's handshake: then its reason is told in the place of a client that never comes.
        await using MutualTlsStream accepted = await await Task.WhenAny(accepting, refused.Task);
        Assert.True(accepted.Verdict.IsAuthenticated);
    }

    [Fact]
    public void Configuration_OfTheReadme_IsRead()
    {
        using MemoryStream json = new(Encoding.UTF8.GetBytes(Configuration));
        IConfigurationRoot configuration = new ConfigurationBuilder().AddJsonStream(json).Build();
        using ServiceProvider provider = new ServiceCollection().AddMutualTls(configuration.GetSection("MutualTls")).BuildServiceProvider();
        Assert.Single(provider.GetRequiredService<MutualTlsEndpoints>().Policy("partners").Current.Anchors);
    }

    [Fact]
    public async Task Explain_OfTheReadme_SaysWhy() =>
        Assert.StartsWith("MTLS1208 NotAfterPassed at depth 0", await ExplainAsync(TestPki.With(client: c => c.Expired())));

    [Fact]
    public async Task Validator_OfTheReadme_Refuses()
    {
        TestPki pki = new();
        await using TestHandshakeResult result = await TestHandshake.RunAsync(pki, serverPolicy: p => p.AddValidator(new OfficeHours(TimeProvider.System, 24, 24)), cancellationToken: Pair.Stop);
        Assert.Equal(ValidationReason.ValidatorRefused, result.VerdictOnClient!.Primary!.Value.Reason);
    }

    [Fact]
    public async Task TestingReadme_Holds()
    {
        await RefusesAnExpiredClientAsync();
        Certificates();
    }

    private static MutualTlsListener Listen(IPEndPoint endPoint)
    {
        // <snippet server>
        MutualTlsServerOptions options = new()
        {
            Credential = LocalCredential.FromPemFile("certs/server.pem", "certs/server.key.pem"),
            Policy = PeerPolicy.Create("clients", p => p.TrustPem("certs/root.pem").WithoutRevocation()),
            OnRefused = refused => Console.WriteLine(refused.Message),
        };
        MutualTlsListener listener = new(endPoint, options);
        // </snippet>
        return listener;
    }

    private static async Task ServeAsync(MutualTlsListener listener, CancellationToken stop)
    {
        // <snippet serve>
        while (!stop.IsCancellationRequested)
        {
            _ = GreetAsync(await listener.AcceptAsync(stop));   // only clients that were accepted, each beside the others
        }

        async Task GreetAsync(MutualTlsStream client)
        {
            try
            {
                await using MutualTlsStream stream = client;
                await stream.WriteAsync(Encoding.UTF8.GetBytes($"hello, {stream.Verdict.Identity}"), stop);   // its first name, of whatever kind
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                Console.WriteLine(exception.Message);   // the client has gone, or we stop
            }
        }
        // </snippet>
    }

    private static async Task<string> ConnectAsync(int port, CancellationToken stop)
    {
        // <snippet client>
        MutualTlsClientOptions options = new()
        {
            TargetHost = "localhost",   // dialled, and the name that the server's certificate must have
            Credential = LocalCredential.FromPemFile("certs/client.pem", "certs/client.key.pem"),
            Policy = PeerPolicy.Create("servers", p => p.TrustPem("certs/root.pem").WithoutRevocation()),
        };
        await using MutualTlsStream stream = await MutualTlsConnector.DialAsync(port, options, stop);
        using StreamReader reader = new(stream);
        string greeting = await reader.ReadToEndAsync(stop);
        // </snippet>
        return greeting;
    }

    private static async Task<string> GreetingAsync(TestCertificate client, int port)
    {
        await using MutualTlsStream stream = await MutualTlsConnector.DialAsync(port, Pair.Client(Pki, client), Pair.Stop);
        using StreamReader reader = new(stream);
        return await reader.ReadToEndAsync(Pair.Stop);
    }

    private static async Task<MutualTlsStream> OverAnyStreamAsync(Stream transport, MutualTlsServerOptions options, CancellationToken stop)
    {
        // <snippet raw-stream>
        MutualTlsStream stream = await MutualTlsStream.AuthenticateAsServerAsync(transport, options, stop);
        foreach (VerdictCheck check in stream.Verdict.Checks)
        {
            Console.WriteLine($"{check.Outcome}: {check.Name}: {check.Detail}");
        }
        // </snippet>
        return stream;
    }

    private static void Register(IServiceCollection services)
    {
        // <snippet services>
        services.AddMutualTls(mtls => mtls
            .AddCredential("web", c => c.FromPem("certs/server.pem", "certs/server.key.pem"))
            .AddCredential("orders", c => c.FromPem("certs/client.pem", "certs/client.key.pem"))
            .AddPolicy("partners", p => p.TrustPem("certs/root.pem").WithoutRevocation()));
        // </snippet>
    }

    private static async Task<MutualTlsStream> DialAsync(MutualTlsConnector connector, int port, CancellationToken stop)
    {
        // <snippet connector>
        MutualTlsStream stream = await connector.ConnectAsync("localhost", port, "orders", "partners", stop);
        // </snippet>
        return stream;
    }

    private const string Configuration = """
        // <snippet configuration>
        {
          "MutualTls": {
            "Credentials": {
              "web": { "CertificateFile": "certs/server.pem", "KeyFile": "certs/server.key.pem" }
            },
            "Policies": {
              "partners": { "TrustFiles": [ "certs/root.pem" ], "Revocation": "Disabled" }
            }
          }
        }
        // </snippet>
        """;

    private static async Task<string> ExplainAsync(TestPki pki)
    {
        PeerPolicy policy = Pair.Trusting(pki.Root);
        IEnumerable<ReadOnlyMemory<byte>> certificates = pki.Client.Chain.Select(certificate => certificate.Der);

        // <snippet engine>
        PeerPolicyEngine engine = new();
        PresentedChain presented = new(certificates);   // as DER, the peer's own first; or PresentedChain.From(certificate), of an X509Certificate2
        PeerVerdict verdict = await engine.JudgeAsync(policy, PeerRole.Client, presented);
        string why = verdict.IsAccepted ? "accepted" : $"{verdict.Primary}. {verdict.Primary?.Hint}";
        // </snippet>
        return why;
    }

    // <snippet validator>
    private sealed class OfficeHours(TimeProvider clock, int from, int until) : IPeerValidator
    {
        public string Name => "office hours";

        public ValueTask ValidateAsync(PeerValidationContext context, CancellationToken cancellationToken)
        {
            if (clock.GetLocalNow().Hour < from || clock.GetLocalNow().Hour >= until)
            {
                context.Refuse($"{context.Identity} may connect from {from} to {until} o'clock only");
            }

            return ValueTask.CompletedTask;
        }
    }
    // </snippet>

    private static async Task RefusesAnExpiredClientAsync()
    {
        // <snippet handshake>
        TestPki pki = TestPki.With(client: c => c.Expired());

        await using TestHandshakeResult result = await TestHandshake.RunAsync(pki);

        Assert.False(result.IsAccepted);
        Assert.Equal(ValidationReason.NotAfterPassed, result.VerdictOnClient?.Primary?.Reason);
        // </snippet>
    }

    private static void Certificates()
    {
        // <snippet certificates>
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot("Example Root");
        TestCertificateAuthority issuing = root.IssueIntermediate("Example Issuing CA", c => c.WithNameConstraints(permitted: n => n.Dns("example.com")));
        TestCertificate server = issuing.IssueServer("www.example.com");
        TestCertificate forged = issuing.IssueServer("www.example.com", c => c.SignatureTampered());

        string trusted = root.ToPem();                    // the trust anchor
        string presented = server.ChainToPem();           // what a server sends: its certificate and the intermediate
        string key = server.ExportPrivateKeyPem();
        byte[] pfx = server.ExportPfx("password");
        LocalCredential credential = server.ToCredential();   // for MutualTlsServerOptions
        // </snippet>
        Assert.NotEqual(server.Der.ToArray(), forged.Der.ToArray());
        Assert.NotEmpty(trusted + presented + key + pfx.Length + credential);
    }
}
