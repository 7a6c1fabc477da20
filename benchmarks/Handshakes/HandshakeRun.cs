using System.Diagnostics;
using System.Net.Security;
using System.Security.Authentication;
using MutualTls.Handshakes.Clients;
using MutualTls.Handshakes.Servers;
using MutualTls.Testing;

namespace MutualTls.Handshakes;

/// <summary>Measures whole handshakes: the servers in another process, on another core, the kinds in turn within every round.</summary>
internal sealed class HandshakeRun : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("handshakes-");
    private readonly TestRevocationServer _responder = TestRevocationServer.Start();
    private readonly ServerProcess _servers;
    private readonly Clients.Certificates _certificates;
    private nint? _ownCores;

    private HandshakeRun(TestKeyKind keys, bool withNginx)
    {
        TestPki pki = new(new TestPkiOptions { KeyKind = keys });
        Material material = Material.Write(_folder.FullName, pki);
        _servers = ServerProcess.Start(material);
        Nginx = withNginx ? NginxServer.TryStart(material) : null;
        _certificates = new Clients.Certificates(pki, _responder);
    }

    /// <summary>Gets nginx, if it is measured and here.</summary>
    public NginxServer? Nginx { get; }

    /// <summary>Starts the servers and, if there is more than one core, keeps them off the clients'.</summary>
    public static HandshakeRun Start(TestKeyKind keys = TestKeyKind.P256, bool withNginx = false)
    {
        HandshakeRun run = new(keys, withNginx);
        if (Environment.ProcessorCount > 1 && (OperatingSystem.IsLinux() || OperatingSystem.IsWindows()))
        {
            using Process self = Process.GetCurrentProcess();
            run._ownCores = self.ProcessorAffinity;
            Cores.Keep(self, 1);
            Cores.Keep(run._servers.Process, 2);
            if (run.Nginx is { } nginx)
            {
                Cores.Keep(nginx.Process, 2);
            }
        }

        return run;
    }

    /// <inheritdoc cref="Rounds.RunAsync"/>
    /// <param name="perRound">Connections of each scenario in a round.</param>
    public Task<List<ScenarioResult>> MeasureAsync(IReadOnlyList<Scenario> scenarios, int rounds, int perRound, Action<int>? progress = null) =>
        Rounds.RunAsync(scenarios, rounds, scenario => MeasureAsync(scenario, perRound), progress);

    /// <summary>Gets how many connections a second some clients at once get through; client and server share the machine.</summary>
    public async Task<double> ThroughputAsync(Scenario scenario, int clients, int perClient)
    {
        HandshakeClient client = ClientOf(scenario);
        await client.ConnectAsync(_certificates.Known);
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < perClient; i++)
            {
                await client.ConnectAsync(_certificates.Known);
            }
        })));
        return clients * perClient / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Makes connections, some at once, and gets the server's processor time of all of them in microseconds.</summary>
    /// <param name="scenarios">What each client does, one after the other.</param>
    /// <param name="clients">How many clients there are.</param>
    /// <param name="times">How often each does it.</param>
    public async Task<double> BesideAsync(IReadOnlyList<Scenario> scenarios, int clients, int times)
    {
        ServerKind kind = scenarios[0].Kind;
        TimeSpan before = ProcessorTime(kind);
        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < times * scenarios.Count; i++)
            {
                Scenario now = scenarios[i % scenarios.Count];
                await ClientOf(now).ConnectAsync(_certificates.Of(now, 1)[0]);
            }
        })));
        return (ProcessorTime(kind) - before).TotalMicroseconds;
    }

    public async ValueTask DisposeAsync()
    {
        _servers.Dispose();
        Nginx?.Dispose();
        if (_ownCores is { } cores && (OperatingSystem.IsLinux() || OperatingSystem.IsWindows()))
        {
            using Process self = Process.GetCurrentProcess();
            Cores.Keep(self, cores);
        }

        await _responder.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task<Taken> MeasureAsync(Scenario scenario, int count)
    {
        SslStreamCertificateContext[] certificates = _certificates.Of(scenario, count + 1);
        HandshakeClient client = ClientOf(scenario);

        // The first may be a full handshake where others resume.
        await client.ConnectAsync(certificates[0]);
        TimeSpan before = ProcessorTime(scenario.Kind);
        for (int i = 1; i <= count; i++)
        {
            await client.ConnectAsync(certificates[i % certificates.Length]);
        }

        return new Taken((ProcessorTime(scenario.Kind) - before).TotalMicroseconds / count);
    }

    private HandshakeClient ClientOf(Scenario scenario) => new(
        scenario.Kind == ServerKind.Nginx ? Nginx!.Port : _servers.PortOf(scenario.Kind, scenario.Protocol), scenario);

    private TimeSpan ProcessorTime(ServerKind kind) => kind == ServerKind.Nginx ? Nginx!.ProcessorTime() : _servers.ProcessorTime();
}
