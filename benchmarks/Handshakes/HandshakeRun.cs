using System.Diagnostics;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Handshakes.Clients;
using MutualTls.Handshakes.Servers;
using MutualTls.Testing;

namespace MutualTls.Handshakes;

/// <summary>Measures whole handshakes: the servers in another process, on another core, the kinds in turn within every round.</summary>
internal sealed class HandshakeRun : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("handshakes-");
    private readonly TestRevocationServer _responder = TestRevocationServer.Start();
    private readonly TestPki _pki;
    private readonly ServerProcess _servers;
    private readonly SslStreamCertificateContext _known;
    private readonly X509Certificate2Collection _chain;
    private nint? _ownCores;
    private int _leaf;

    private HandshakeRun(TestKeyKind keys, bool withNginx)
    {
        _pki = new TestPki(new TestPkiOptions { KeyKind = keys });
        Material material = Material.Write(_folder.FullName, _pki);
        _servers = ServerProcess.Start(material);
        Nginx = withNginx ? NginxServer.TryStart(material) : null;
        _chain = [X509CertificateLoader.LoadCertificate(_pki.Issuing.Der.Span)];
        _known = Material.Context(_pki.Client.ToX509Certificate2(), _chain);
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
            (self.ProcessorAffinity, run._servers.Process.ProcessorAffinity) = (1, 2);
            run.Nginx?.Process.ProcessorAffinity = 2;
        }

        return run;
    }

    /// <summary>Measures scenarios, all in every round and in another order each time.</summary>
    /// <param name="scenarios">What to measure; the floor of each must be among them.</param>
    /// <param name="rounds">Odd, so that the median is one of them; a round more comes first and is not counted.</param>
    /// <param name="perRound">Connections of each scenario in a round.</param>
    /// <param name="progress">Told of each round that is done.</param>
    public async Task<List<ScenarioResult>> MeasureAsync(IReadOnlyList<Scenario> scenarios, int rounds, int perRound, Action<int>? progress = null)
    {
        Dictionary<Scenario, List<double>> times = scenarios.ToDictionary(s => s, _ => new List<double>());
        Random random = new(1);
        for (int round = -1; round < rounds; round++)
        {
            Scenario[] order = [.. scenarios];
            random.Shuffle(order);
            foreach (Scenario scenario in order)
            {
                TimeSpan taken = await MeasureAsync(scenario, perRound);
                if (round >= 0)
                {
                    times[scenario].Add(taken.TotalMicroseconds / perRound);
                }
            }

            progress?.Invoke(round + 1);
        }

        return [.. scenarios.Select(scenario => new ScenarioResult(
            scenario, TimeSpan.FromMicroseconds(Median(times[scenario])), Median([.. times[scenario].Zip(times[scenario.Floor], (own, floor) => own / floor)])))];
    }

    /// <summary>Gets how many connections a second some clients at once get through; client and server share the machine.</summary>
    public async Task<double> ThroughputAsync(Scenario scenario, int clients, int perClient)
    {
        HandshakeClient client = ClientOf(scenario);
        await client.ConnectAsync(_known);
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < perClient; i++)
            {
                await client.ConnectAsync(_known);
            }
        })));
        return clients * perClient / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        _servers.Dispose();
        Nginx?.Dispose();
        if (_ownCores is { } cores && (OperatingSystem.IsLinux() || OperatingSystem.IsWindows()))
        {
            using Process self = Process.GetCurrentProcess();
            self.ProcessorAffinity = cores;
        }

        await _responder.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task<TimeSpan> MeasureAsync(Scenario scenario, int count)
    {
        SslStreamCertificateContext[] certificates = scenario.NewLeaf ? [.. Enumerable.Range(0, count).Select(_ => NewLeaf(scenario.Kind == ServerKind.MutualTlsOcsp))] : [_known];
        HandshakeClient client = ClientOf(scenario);

        // The first may be a full handshake where others resume.
        await client.ConnectAsync(scenario.NewLeaf ? NewLeaf(scenario.Kind == ServerKind.MutualTlsOcsp) : _known);
        TimeSpan before = ProcessorTime(scenario.Kind);
        for (int i = 0; i < count; i++)
        {
            await client.ConnectAsync(certificates[i % certificates.Length]);
        }

        return ProcessorTime(scenario.Kind) - before;
    }

    private HandshakeClient ClientOf(Scenario scenario) => new(
        scenario.Kind == ServerKind.Nginx ? Nginx!.Port : _servers.PortOf(scenario.Kind, scenario.Protocol), scenario.Protocol, scenario.Resumes);

    private TimeSpan ProcessorTime(ServerKind kind) => kind == ServerKind.Nginx ? Nginx!.ProcessorTime() : _servers.ProcessorTime();

    private SslStreamCertificateContext NewLeaf(bool withResponder) => Material.Context(_pki.Issuing.IssueClient($"client-{_leaf++}", c =>
    {
        c.WithKey(_pki.Client.Key);
        if (withResponder)
        {
            c.WithOcsp(_responder.OcspUrl(_pki.Issuing));
        }
    }).ToX509Certificate2(), _chain);

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
