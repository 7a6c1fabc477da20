using System.Diagnostics;
using System.Globalization;
using System.Security.Authentication;

namespace MutualTls.Handshakes.Servers;

/// <summary>The servers, in a process of their own that tells its processor time when asked.</summary>
internal sealed class ServerProcess : IDisposable
{
    /// <summary>The command by which the program serves instead of measuring.</summary>
    public const string Command = "serve";

    private readonly Process _process;
    private readonly Dictionary<(ServerKind, SslProtocols), int> _ports = [];

    private ServerProcess(Process process) => _process = process;

    /// <summary>Starts this program again, as the server.</summary>
    public static ServerProcess Start(Material material)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!, [Command, material.Folder]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        ServerProcess server = new(Process.Start(start)!);
        while (server.Read() is [var kind, var protocol, var port])
        {
            server._ports[(Enum.Parse<ServerKind>(kind), Enum.Parse<SslProtocols>(protocol))] = int.Parse(port, CultureInfo.InvariantCulture);
        }

        return server;
    }

    public Process Process => _process;

    public int PortOf(ServerKind kind, SslProtocols protocol) => _ports[(kind, protocol)];

    /// <summary>Gets the processor time of the process so far, in all its threads, user and system.</summary>
    public TimeSpan ProcessorTime()
    {
        _process.StandardInput.WriteLine();
        return TimeSpan.FromMicroseconds(double.Parse(Read()[0], CultureInfo.InvariantCulture));
    }

    /// <summary>Serves until standard input ends.</summary>
    public static int Serve(string folder)
    {
        Material material = new(folder);
        foreach (SslProtocols protocol in (SslProtocols[])[SslProtocols.Tls12, SslProtocols.Tls13])
        {
            foreach (ServerKind kind in Enum.GetValues<ServerKind>().Where(k => k != ServerKind.Nginx))
            {
                LoopbackServer server = new(Handshake.Of(kind, material, protocol));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind} {protocol} {server.Port}"));
            }
        }

        Console.WriteLine();
        while (Console.ReadLine() is not null)
        {
            Console.WriteLine(Environment.CpuUsage.TotalTime.TotalMicroseconds.ToString("F0", CultureInfo.InvariantCulture));
        }

        return 0;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private string[] Read() => (_process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The servers' process ended.")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
