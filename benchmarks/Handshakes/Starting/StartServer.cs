using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MutualTls.AspNetCore;
using MutualTls.Connections;
using MutualTls.Handshakes.Servers;

namespace MutualTls.Handshakes.Starting;

/// <summary>One server in a process that has just started.</summary>
internal sealed class StartServer : IDisposable
{
    /// <summary>The command by which the program serves instead of measuring.</summary>
    public const string Command = "serve-one";

    private readonly Process _process;

    private StartServer(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    /// <summary>Starts a program as the server, and waits until it listens.</summary>
    /// <param name="program">This program, or the same as native code.</param>
    /// <param name="material">Its certificates.</param>
    /// <param name="kind">What kind of server.</param>
    public static StartServer Start(string program, Material material, StartKind kind)
    {
        Process process = Process.Start(new ProcessStartInfo(program, [Command, material.Folder, kind.ToString()]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        return new StartServer(process, int.Parse(process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    /// <summary>Serves until standard input ends.</summary>
    public static async Task<int> ServeAsync(string folder, StartKind kind)
    {
        Material material = new(folder);
        AppContext.SetSwitch("MutualTls.Rehearsal", kind is not StartKind.MutualTlsUnrehearsed and not StartKind.KestrelMutualTlsUnrehearsed);
        int port = kind switch
        {
            StartKind.MutualTls or StartKind.MutualTlsUnrehearsed => Listen(material),
            StartKind.Kestrel or StartKind.KestrelMutualTls or StartKind.KestrelMutualTlsUnrehearsed => await StartKestrelAsync(material, isOurs: kind != StartKind.Kestrel),
            _ => new LoopbackServer(Handshake.Of(kind == StartKind.Floor ? ServerKind.Floor : ServerKind.ChainPolicy, material, SslProtocols.Tls13)).Port,
        };
        Console.WriteLine(port.ToString(CultureInfo.InvariantCulture));
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        return 0;
    }

    private static int Listen(Material material)
    {
#pragma warning disable CA2000 // It listens until the process ends.
        MutualTlsListener listener = new(new IPEndPoint(IPAddress.Loopback, 0), Handshake.Options(material, asksResponder: false));
#pragma warning restore CA2000
        _ = Task.Run(async () =>
        {
            while (true)
            {
                _ = AnswerAsync(await listener.AcceptAsync());
            }
        });
        return listener.LocalEndPoint.Port;
    }

    private static async Task AnswerAsync(MutualTlsStream stream)
    {
        await using (stream)
        {
            await Exchange.AnswerAsync(stream);
        }
    }

    private static async Task<int> StartKestrelAsync(Material material, bool isOurs)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (isOurs)
        {
            builder.Services.AddMutualTls(mtls => mtls
                .AddCredential("web", c => c.FromPem(material.ServerChain, material.ServerKey))
                .AddPolicy("clients", p => Handshake.Demand(p, material, asksResponder: false)));
            builder.WebHost.UseMutualTls();
        }

        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (isOurs)
            {
                listen.UseMutualTls("web", "clients");
                return;
            }

            X509ChainPolicy policy = Handshake.WithRoot(material);
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = material.ServerContext().TargetCertificate,
                ServerCertificateChain = material.Chain(),
                ClientCertificateMode = ClientCertificateMode.RequireCertificate,
                OnAuthenticate = (_, tls) => tls.CertificateChainPolicy = policy,
            });
        }));
        WebApplication app = builder.Build();
        app.MapGet("/", () => "ok");
        await app.StartAsync();
        return new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
    }
}
