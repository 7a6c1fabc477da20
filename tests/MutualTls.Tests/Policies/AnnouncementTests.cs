using System.Reflection;
using MutualTls.Connections;
using MutualTls.Diagnostics;
using MutualTls.Pinning;
using MutualTls.Policies;
using MutualTls.Policies.Pins;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Policies;

/// <summary>What weakens a policy is logged when it is taken into use, however that comes about, and once.</summary>
public class AnnouncementTests
{
    private const string Audit = "Policy 'test' is weakened by Dangerous.AuditOnly.";

    private readonly EventRecord<PeerPolicyEngine> _log = new();
    private readonly TestPki _pki = new();

    private IReadOnlyList<string> Told => _log.TextsOf(EventIds.DangerousOptionInUse);

    [Fact]
    public void Announce_EveryDangerousOption_IsNamed()
    {
        PropertyInfo[] knobs = [.. typeof(DangerousOptions).GetProperties().Where(knob => knob.PropertyType == typeof(bool))];
        PeerPolicy policy = Pair.Trusting(_pki.Root, p => Array.ForEach(knobs, knob => knob.SetValue(p.Options.Dangerous, true)));

        policy.Announce(_log);

        Assert.NotEmpty(knobs);
        Assert.Equal(typeof(DangerousOptions).GetProperties().Length, knobs.Length);
        Assert.Equal(knobs.Select(knob => knob.Name).Order(), Told.Select(text => text.Split('.')[1]).Order());
    }

    [Fact]
    public void Engine_FirstJudgement_TellsOnce()
    {
        PeerPolicyEngine engine = new(logger: _log);
        PeerPolicy policy = Auditing();

        engine.Judge(policy, PeerRole.Client, Pair.Presented(_pki.Client));
        engine.Judge(policy, PeerRole.Client, PresentedChain.None);

        Assert.Equal([Audit], Told);
    }

    [Fact]
    public async Task Listener_ThatStarts_TellsBeforeAnybodyConnects()
    {
        await using MutualTlsListener listener = Pair.Listen(Logging(Auditing()));
        Assert.Equal([Audit], Told);
    }

    [Fact]
    public async Task Listener_PolicyIsSwapped_NextConnectionTells()
    {
        SnapshotSource<PeerPolicy> policies = new(Pair.Trusting(_pki.Root));
        await using MutualTlsListener listener = Pair.Listen(Logging(policies));
        Assert.Empty(Told);
        policies.Change(Auditing());

        await using Stream tcp = await Pair.ConnectTcpAsync(listener.LocalEndPoint);
        await using MutualTlsStream client = await MutualTlsStream.AuthenticateAsClientAsync(tcp, Pair.Client(_pki), Pair.Stop);
        await using MutualTlsStream server = await listener.AcceptAsync(Pair.Stop);

        Assert.Equal([Audit], Told);
    }

    [Fact]
    public async Task Client_ThatConnects_Tells()
    {
        await using MutualTlsListener listener = Pair.Listen(Pair.Server(_pki));
        await using Stream tcp = await Pair.ConnectTcpAsync(listener.LocalEndPoint);
        MutualTlsClientOptions options = new()
        {
            TargetHost = "elsewhere.test",
            Credential = Pair.Credential(_pki.Client),
            Policy = Pair.Trusting(_pki.Root, p => p.Options.Dangerous.AcceptAnyServerName = true),
            Logger = _log,
        };

        await using MutualTlsStream client = await MutualTlsStream.AuthenticateAsClientAsync(tcp, options, Pair.Stop);

        Assert.Equal(["Policy 'test' is weakened by Dangerous.AcceptAnyServerName."], Told);
    }

    [Fact]
    public void Callback_ThatIsMade_Tells()
    {
        MutualTlsCallback.Create(Auditing(), PeerRole.Client, logger: _log);
        Assert.Equal([Audit], Told);
    }

    // Nobody heard it yet.
    [Fact]
    public void Announce_ToNoLog_IsToldToTheNext()
    {
        PeerPolicy policy = Auditing();
        policy.Announce(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        policy.Announce(_log);
        policy.Announce(_log);
        Assert.Equal([Audit], Told);
    }

    [Fact]
    public async Task Accept_PinsThatOnlyReport_AreLoggedForEachConnection()
    {
        PeerPolicy policy = Pair.Trusting(_pki.Root, p => p.Pin(pins =>
        {
            pins.Pins.Add("sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
            pins.Backup = PinBackup.Waived;
            pins.Mode = PinMode.ReportOnly;
        }));
        await using MutualTlsListener listener = Pair.Listen(Logging(policy));
        for (int connection = 0; connection < 2; connection++)
        {
            await using Stream tcp = await Pair.ConnectTcpAsync(listener.LocalEndPoint);
            await using MutualTlsStream client = await MutualTlsStream.AuthenticateAsClientAsync(tcp, Pair.Client(_pki), Pair.Stop);
            await using MutualTlsStream server = await listener.AcceptAsync(Pair.Stop);
            Assert.True(server.Verdict.IsAuthenticated);
        }

        Assert.Equal(2, _log.CountOf(EventIds.PinsReported));
        Assert.All(_log.TextsOf(EventIds.PinsReported), text => Assert.Contains("sha256/", text, StringComparison.Ordinal));
    }

    private PeerPolicy Auditing() => Pair.Trusting(_pki.Root, p => p.Options.Dangerous.AuditOnly = true);

    private MutualTlsServerOptions Logging(SnapshotSource<PeerPolicy> policy) => new() { Credential = Pair.Credential(_pki.Server), Policy = policy, Engine = new PeerPolicyEngine(), Logger = _log };
}
