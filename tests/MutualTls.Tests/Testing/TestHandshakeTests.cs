using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Testing;

public class TestHandshakeTests
{
    [Fact]
    public async Task Run_NothingWrong_CarriesBytesBothWays()
    {
        await using TestHandshakeResult result = await TestHandshake.RunAsync(new TestPki(), cancellationToken: Pair.Stop);
        Assert.True(result.IsAccepted);
        byte[] read = new byte[3];

        await result.Client.WriteAsync(new byte[] { 1, 2, 3 }, Pair.Stop);
        await result.Server.ReadExactlyAsync(read, Pair.Stop);
        await result.Server.WriteAsync(read, Pair.Stop);
        await result.Client.ReadExactlyAsync(read, Pair.Stop);

        Assert.Equal([1, 2, 3], read);
        Assert.Contains("client.test", result.VerdictOnClient!.Identity!.DnsNames);
        Assert.Contains("localhost", result.VerdictOnServer!.Identity!.DnsNames);
    }

    [Fact]
    public async Task Run_ServerRefuses_ClientIsTold()
    {
        await using TestHandshakeResult result = await TestHandshake.RunAsync(TestPki.With(client: c => c.NotYetValid()), cancellationToken: Pair.Stop);
        Assert.False(result.IsAccepted);
        Assert.Equal(ValidationReason.NotBeforeAhead, result.VerdictOnClient!.Primary!.Value.Reason);
        Assert.Equal(MutualTlsError.RefusedByPeer, result.ClientError!.Error);
        Assert.True(result.VerdictOnServer!.IsAccepted);
    }

    [Fact]
    public async Task Run_ClientRefuses_ServerHasNoConnection()
    {
        await using TestHandshakeResult result = await TestHandshake.RunAsync(TestPki.With(server: c => c.WithSan(n => n.Dns("other.test"))), cancellationToken: Pair.Stop);
        Assert.False(result.IsAccepted);
        Assert.Null(result.Client);
        Assert.Equal(ValidationReason.NameMismatch, result.VerdictOnServer!.Primary!.Value.Reason);
        Assert.Equal(MutualTlsError.PeerRefused, result.ClientError!.Error);
    }

    [Fact]
    public async Task Run_OptionsOfTwoPkis_EachPolicyDecides()
    {
        TestPki pki = new(), stranger = new();
        await using TestHandshakeResult result = await TestHandshake.RunAsync(Pair.Server(pki), Pair.Client(pki, stranger.Client), Pair.Stop);
        Assert.Equal(ValidationReason.IssuerUnknown, result.VerdictOnClient!.Primary!.Value.Reason);
    }

    [Fact]
    public async Task Run_GivenUp_Throws() => await Assert.ThrowsAnyAsync<OperationCanceledException>(
        () => TestHandshake.RunAsync(new TestPki(), cancellationToken: new CancellationToken(canceled: true)));
}
