using System.Diagnostics;
using System.Text;
using MutualTls.Testing;

namespace MutualTls.Tests.Peers;

/// <summary>Runs a real peer on loopback and collects what it says; ends it when disposed.</summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    // For a busy machine: a peer that does what it should takes a fraction of a second.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private PeerProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => Collect(e.Data);
        process.ErrorDataReceived += (_, e) => Collect(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Skips the test if the peer is not installed; fails it where MUTUALTLS_REQUIRE_PEERS is set.</summary>
    public static void Require(string command)
    {
        bool here = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, command)));
        if (!here)
        {
            Lack($"{command} is not installed");
        }
    }

    /// <summary>Skips the test for what this machine lacks; fails it where MUTUALTLS_REQUIRE_PEERS is set.</summary>
    public static void Lack(string what)
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("MUTUALTLS_REQUIRE_PEERS") != "1", $"{what}.");
        Assert.Fail($"{what}, and MUTUALTLS_REQUIRE_PEERS is set.");
    }

    public static PeerProcess Start(string command, params string[] arguments)
    {
        ProcessStartInfo start = new(command, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new PeerProcess(Process.Start(start)!);
    }

    /// <summary>Says a line to it. One that has ended already, since it was refused for example, hears nothing: what it said and how it ended tell more.</summary>
    public void Say(string line)
    {
        try
        {
            _process.StandardInput.WriteLine(line);
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // Nobody reads any more.
        }
    }

    public async Task<int> ExitAsync()
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(s_patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async Task WaitForAsync(string text)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (waited.Elapsed < s_patience && !Output.Contains(text, StringComparison.Ordinal))
        {
            await Task.Delay(25, TestContext.Current.CancellationToken);
        }

        Assert.True(Output.Contains(text, StringComparison.Ordinal), $"It never said '{text}': {Output}");
    }

    /// <summary>Kills it and waits until it is gone and all it said is collected.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private void Collect(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }
}

/// <summary>Writes a PKI to files for a peer that reads files; removes them when disposed.</summary>
internal sealed class PeerFiles : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mutualtls-").FullName;

    public PeerFiles(TestCertificate own, TestCertificateAuthority root)
    {
        Certificate = Write("own.pem", own.ChainToPem());
        Key = Write("own.key", own.ExportPrivateKeyPem());
        Root = Write("root.pem", root.ToPem());
    }

    public string Certificate { get; }

    public string Key { get; }

    public string Root { get; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
