using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Regressions;

public class ConnectionRegressions
{
    // The bare callback is called by others' code: a certificate in the older type is one, not none, or an optional policy lets a bad one in.
    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Callback_CertificateOfTheOlderType_IsJudged(bool expired, bool accepted)
    {
        TestPki pki = TestPki.With(client: c => _ = expired ? c.Expired() : c);
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.TrustPemText(pki.Issuing.ToPem()).CertificateOptional());
        RemoteCertificateValidationCallback callback = MutualTlsCallback.Create(policy, PeerRole.Client, engine: new PeerPolicyEngine());
#pragma warning disable SYSLIB0057 // The type is what is tested.
        using X509Certificate certificate = new(pki.Client.Der.ToArray());
#pragma warning restore SYSLIB0057

        Assert.Equal(accepted, callback(this, certificate, null, SslPolicyErrors.RemoteCertificateChainErrors));
    }

    // Clients without intermediates cannot end a suspension; one stranger's certificate must not switch resumption off for good.
    [Fact]
    public void Resumption_StrangerWhereClientsHaveNoIntermediates_IsBackAfterTheLifeOfASession()
    {
        TestPki pki = new(), stranger = new();
        LocalCredential credential = Pair.Credential(pki.Server);
        FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
        PeerPolicyEngine engine = new(clock);
        PeerVerdict refused = engine.Judge(Pair.Trusting(pki.Root), PeerRole.Client, new PresentedChain(stranger.Client.Der));
        Assert.Equal(ValidationReason.IssuerUnknown, refused.Primary!.Value.Reason);

        ResumptionGuard.Learn(credential, client: null, refused, presentedCount: 1, engine, NullLogger.Instance);
        Assert.False(ResumptionGuard.AllowsResumption(credential, client: null, clock.GetUtcNow()));
        clock.Advance(ResumptionGuard.SessionLifetime);

        Assert.True(ResumptionGuard.AllowsResumption(credential, client: null, clock.GetUtcNow()));
    }

    // Stream: where CanTimeout is true, the timeouts can be read and set.
    [Fact]
    public async Task Stream_OverASocket_HasItsTimeouts()
    {
        TestPki pki = new();
        await using MutualTlsListener listener = Pair.Listen(Pair.Server(pki));
        await using MutualTlsStream client = await MutualTlsConnector.DialAsync(listener.LocalEndPoint.Port, Pair.Client(pki), Pair.Stop);
        await using MutualTlsStream server = await listener.AcceptAsync(Pair.Stop);
        foreach (MutualTlsStream stream in (MutualTlsStream[])[client, server])
        {
            Assert.True(stream.CanTimeout);
            stream.ReadTimeout = 100;
            stream.WriteTimeout = 200;
            Assert.Equal((100, 200), (stream.ReadTimeout, stream.WriteTimeout));
            Assert.Throws<IOException>(() => stream.ReadByte());
        }
    }

    // What waits for revocation data must not pass where nobody fetches it, whatever the validators say.
    [Fact]
    public async Task CompleteAsync_RevocationAwaited_IsNotAccepted()
    {
        TestPki pki = new();
        PeerVerdict accepted = Pair.JudgeClient(pki);
        PeerVerdict pending = new(VerdictOutcome.Pending, PeerRole.Client, accepted.Policy, expected: null)
        {
            Path = accepted.Path,
            EndEntity = accepted.EndEntity,
            Until = accepted.Until,
            AwaitsRevocation = true,
        };

        Assert.Equal(ValidationReason.PendingWithoutGate, (await new PeerPolicyEngine().CompleteAsync(pending, Pair.Stop)).Primary!.Value.Reason);
    }
}
