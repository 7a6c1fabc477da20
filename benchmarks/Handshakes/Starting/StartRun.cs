using System.Diagnostics;
using System.Security.Authentication;
using MutualTls.Handshakes.Clients;
using MutualTls.Handshakes.Servers;
using MutualTls.Testing;

namespace MutualTls.Handshakes.Starting;

/// <summary>One row of the table of starts.</summary>
/// <param name="Server">What kind of server.</param>
/// <param name="IsNative">Whether it was compiled to native code, ahead of its start.</param>
/// <param name="PauseMilliseconds">How long after the server listens the first client comes.</param>
/// <param name="FirstMilliseconds">How long the first connection takes on the client's clock, with one GET: the median of the processes.</param>
/// <param name="TenthMilliseconds">The same of the tenth; of each process the median of those from the eighth to the twelfth.</param>
/// <param name="Ratio">The median of the ratios.</param>
internal sealed record StartRow(string Server, bool IsNative, int PauseMilliseconds, double FirstMilliseconds, double TenthMilliseconds, double Ratio);

/// <summary>Measures the first connections to servers that have just started, each in a process of its own, by a client that is warm.</summary>
internal sealed class StartRun : IDisposable
{
    private const int Connections = 12, Tenth = 10;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("starts-");
    private readonly Clients.Certificates _certificates;
    private readonly Material _material;

    public StartRun()
    {
        TestPki pki = new();
        _material = Material.Write(_folder.FullName, pki);
        _certificates = new Clients.Certificates(pki, responder: null);
    }

    /// <param name="kinds">The servers, in turn within each round.</param>
    /// <param name="native">This program as native code, whose servers are measured too but for those without a rehearsal; null if there is none.</param>
    /// <param name="pauses">How long after the start clients come.</param>
    /// <param name="rounds">Processes of each kind and pause; odd.</param>
    /// <param name="progress">Told of each round that is done.</param>
    public async Task<List<StartRow>> MeasureAsync(StartKind[] kinds, FileInfo? native, TimeSpan[] pauses, int rounds, Action<int>? progress = null)
    {
        string managed = Environment.ProcessPath!;
        (StartKind Kind, string Program)[] servers =
        [
            .. kinds.Select(kind => (kind, managed)),
            .. native is null ? [] : kinds.Where(kind => kind is not StartKind.MutualTlsUnrehearsed and not StartKind.KestrelMutualTlsUnrehearsed).Select(kind => (kind, native.FullName)),
        ];

        // The client must be warm, so that what is measured is the server.
        for (int i = 0; i < 3; i++)
        {
            await MeasureAsync(managed, StartKind.Floor, TimeSpan.Zero);
            await MeasureAsync(managed, StartKind.Kestrel, TimeSpan.Zero);
        }

        Dictionary<(StartKind Kind, string Program, TimeSpan Pause), List<(double First, double Tenth)>> times = [];
        for (int round = 0; round < rounds; round++)
        {
            foreach ((StartKind kind, string program, TimeSpan pause) in servers.SelectMany(server => pauses.Select(pause => (server.Kind, server.Program, pause))))
            {
                (times.TryGetValue((kind, program, pause), out var all) ? all : times[(kind, program, pause)] = []).Add(await MeasureAsync(program, kind, pause));
            }

            progress?.Invoke(round + 1);
        }

        return [.. times.Select(row => new StartRow(
            row.Key.Kind.ToString(),
            row.Key.Program != managed,
            (int)row.Key.Pause.TotalMilliseconds,
            Math.Round(Rounds.Median(row.Value.Select(t => t.First)), 2),
            Math.Round(Rounds.Median(row.Value.Select(t => t.Tenth)), 2),
            Math.Round(Rounds.Median(row.Value.Select(t => t.First / t.Tenth)), 2)))];
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<(double First, double Tenth)> MeasureAsync(string program, StartKind kind, TimeSpan pause)
    {
        using StartServer server = StartServer.Start(program, _material, kind);
        HandshakeClient client = new(server.Port, new Scenario(ServerKind.Floor, SslProtocols.Tls13));
        await Task.Delay(pause);
        double[] times = new double[Connections];
        for (int i = 0; i < Connections; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await client.ConnectAsync(_certificates.Known);
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        return (times[0], Rounds.Median(times[(Tenth - 3)..]));
    }
}
