using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Connections;

/// <summary>What a server is identified by, over real connections: the host, or what the policy puts in its place.</summary>
public class IdentifyServerByTests
{
    private readonly TestPki _pki = TestPki.With(server: c => c.WithSan(n => n.Uri("spiffe://backend.example/orders")));

    [Fact]
    public async Task Dial_ServerIdentifiedBySpiffeId_IsAcceptedAndSaysSo()
    {
        PeerVerdict verdict = await DialAsync(p => p.IdentifyServerBy("uri:spiffe://backend.example/orders"));
        Assert.True(verdict.IsAuthenticated);
        Assert.Contains(verdict.Checks, check => check is { Name: "is the server that was meant", Outcome: CheckOutcome.Passed } && check.Detail.Contains("backend.example", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dial_ServerIdentifiedByAnotherSpiffeId_IsRefused()
    {
        MutualTlsException refused = await Assert.ThrowsAsync<MutualTlsException>(() => DialAsync(p => p.IdentifyServerBy("uri:spiffe://backend.example/users")));
        Assert.Equal(ValidationReason.NameMismatch, refused.Verdict!.Primary!.Value.Reason);
    }

    [Fact]
    public async Task Dial_NothingInThePlaceOfTheHost_IsRefused()
    {
        MutualTlsException refused = await Assert.ThrowsAsync<MutualTlsException>(() => DialAsync(_ => { }));
        Assert.Equal(ValidationReason.NameMismatch, refused.Verdict!.Primary!.Value.Reason);
    }

    // Both are said: both must hold.
    [Fact]
    public async Task Dial_IdentifiedTwice_BothMustHold()
    {
        Assert.True((await DialAsync(p => p.IdentifyServerBy("uri:spiffe://backend.example/*"), ReferenceIdentity.ForUri("spiffe://backend.example/orders"))).IsAuthenticated);
        await Assert.ThrowsAsync<MutualTlsException>(() => DialAsync(p => p.IdentifyServerBy("uri:spiffe://backend.example/*"), ReferenceIdentity.ForDnsName("localhost")));
    }

    [Fact]
    public async Task Dial_AnyServerName_IsAcceptedWhereThePolicySaysSo() => Assert.True((await DialAsync(p => p.Options.Dangerous.AcceptAnyServerName = true)).IsAuthenticated);

    // Neither a host nor anything in its place: told before anything is dialled.
    [Theory]
    [InlineData("not a host")]
    [InlineData("*.example")]
    [InlineData("127.1")]
    [InlineData("1.2.3.4.5")]
    public async Task Dial_HostThatIsNone_ThrowsAndNamesTheRemedy(string host)
    {
        MutualTlsClientOptions options = new() { TargetHost = host, Credential = Pair.Credential(_pki.Client), Policy = Pair.Trusting(_pki.Root) };
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(() => MutualTlsConnector.DialAsync(1, options, Pair.Stop));
        Assert.Contains("IdentifyServerBy", refused.Message, StringComparison.Ordinal);
    }

    private async Task<PeerVerdict> DialAsync(Action<PeerPolicyBuilder> policy, ReferenceIdentity? expected = null)
    {
        await using MutualTlsListener listener = Pair.Listen(Pair.Server(_pki));
        MutualTlsClientOptions options = new()
        {
            TargetHost = "localhost",
            ExpectedIdentity = expected,
            Credential = Pair.Credential(_pki.Client),
            Policy = Pair.Trusting(_pki.Root, policy),
            HandshakeTimeout = TimeSpan.FromMinutes(1),
        };
        await using MutualTlsStream stream = await MutualTlsConnector.DialAsync(listener.LocalEndPoint.Port, options, Pair.Stop);
        return stream.Verdict;
    }
}
