using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MutualTls.Tests.Peers;

/// <summary>A Redis server on a free port of loopback, which keeps nothing on disk; it can be killed and started again.</summary>
internal sealed class RedisPeer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mutualtls-");
    private readonly string _port = PeerPort.Next().ToString(CultureInfo.InvariantCulture);
    private PeerProcess _process;

    private RedisPeer() => _process = Start();

    public string EndPoint => $"127.0.0.1:{_port}";

    /// <summary>Starts one, or skips the test as <see cref="PeerProcess.Require"/> says.</summary>
    public static async Task<RedisPeer> StartAsync()
    {
        PeerProcess.Require("redis-server");
        RedisPeer peer = new();
        await peer.WaitAsync();
        return peer;
    }

    public async Task KillAsync() => await _process.DisposeAsync();

    /// <summary>Starts it again after it was killed; it has forgotten everything.</summary>
    public async Task StartAgainAsync()
    {
        _process = Start();
        await WaitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Delete(recursive: true);
    }

    private PeerProcess Start() => PeerProcess.Start(
        "redis-server", "--port", _port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", _folder.FullName);

    private Task WaitAsync() => _process.WaitForAsync("Ready to accept connections");
}
