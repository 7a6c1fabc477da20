using MutualTls.Tests.Peers;

namespace MutualTls.Browser.Tests.Support;

/// <summary>The sample, started by its one command, and what it says.</summary>
internal sealed class RunningPortal : IAsyncDisposable
{
    private readonly PeerProcess _process;
    private readonly string _folder;

    private RunningPortal(PeerProcess process, int port, string folder)
    {
        _process = process;
        _folder = folder;
        Url = $"https://portal.localhost:{port}";
    }

    public string Url { get; }

    public static async Task<RunningPortal> StartAsync()
    {
        int port = PeerPort.Next();
        string folder = Directory.CreateTempSubdirectory("mutualtls-").FullName;
        RunningPortal portal = new(PeerProcess.Start(Path.Combine(AppContext.BaseDirectory, "IntranetPortal"), "--port", $"{port}", "--folder", folder), port, folder);
        await portal._process.WaitForAsync("Ctrl+C");
        return portal;
    }

    /// <summary>Gets the rest of the one line that begins with this.</summary>
    public string Line(string begins) => _process.Output.Split('\n').Select(line => line.Trim()).Single(line => line.StartsWith(begins, StringComparison.Ordinal))[begins.Length..];

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
