using System.Net.Security;
using MutualTls.Handshakes.Clients;
using MutualTls.Handshakes.Servers;
using MutualTls.Testing;

namespace MutualTls.Handshakes;

/// <summary>Measures whole handshakes within this process: each server on a thread of its own, whose time and allocations are told apart from the client's.</summary>
internal sealed class InProcessRun : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("handshakes-");
    private readonly Clients.Certificates _certificates;
    private readonly Material _material;

    public InProcessRun(TestKeyKind keys)
    {
        TestPki pki = new(new TestPkiOptions { KeyKind = keys });
        _material = Material.Write(_folder.FullName, pki);
        _certificates = new Clients.Certificates(pki, responder: null);
    }

    /// <inheritdoc cref="HandshakeRun.MeasureAsync(IReadOnlyList{Scenario}, int, int, Action{int}?)"/>
    public async Task<List<ScenarioResult>> MeasureAsync(IReadOnlyList<Scenario> scenarios, int rounds, int perRound, Action<int>? progress = null)
    {
        Dictionary<Scenario, ThreadServer> servers = scenarios.ToDictionary(s => s, s => new ThreadServer(Handshake.Of(s.Kind, _material, s.Protocol)));
        try
        {
            return await Rounds.RunAsync(scenarios, rounds, scenario => MeasureAsync(scenario, servers[scenario], perRound), progress);
        }
        finally
        {
            foreach (ThreadServer server in servers.Values)
            {
                server.Dispose();
            }
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<Taken> MeasureAsync(Scenario scenario, ThreadServer server, int count)
    {
        SslStreamCertificateContext[] certificates = _certificates.Of(scenario, count + 1);
        HandshakeClient client = new(server.Port, scenario);
        List<double> times = [], bytes = [];
        for (int i = 0; i <= count; i++)
        {
            await client.ConnectAsync(certificates[i % certificates.Length]);
            (double microseconds, long allocated) = await server.ServedAsync();

            // The first may be a full handshake where others resume.
            if (i > 0)
            {
                times.Add(microseconds);
                bytes.Add(allocated);
            }
        }

        return new Taken(Rounds.Median(times), Rounds.Median(bytes));
    }
}
