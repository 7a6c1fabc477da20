using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Policies;

/// <summary>Design section 3: an audit judges, logs and counts; it enforces nothing, and what it lets in is worth nothing.</summary>
public class AuditOnlyTests
{
    [Fact]
    public void Judge_BadClient_IsRefusedNotEnforcedAndNotAuthenticated()
    {
        TestPki pki = TestPki.With(client: c => c.Expired());
        PeerPolicy policy = Auditing(pki);

        PeerVerdict verdict = Pair.JudgeClient(pki, policy: policy);

        Assert.Equal(VerdictOutcome.Refused, verdict.Outcome);
        Assert.Equal(ValidationReason.NotAfterPassed, verdict.Primary!.Value.Reason);
        Assert.Equal((false, true, false, false), (verdict.IsEnforced, verdict.MayConnect, verdict.IsAccepted, verdict.IsAuthenticated));
        Assert.Equal(0, policy.Cache.Count);
    }

    [Fact]
    public void Judge_BadServer_IsEnforced()
    {
        TestPki pki = TestPki.With(server: c => c.Expired());
        PeerVerdict verdict = Pair.JudgeServer(pki, policy: Auditing(pki));
        Assert.Equal((true, false), (verdict.IsEnforced, verdict.MayConnect));
    }

    [Theory]
    [InlineData("expired")]
    [InlineData("no certificate")]
    public async Task Accept_BadClient_ConnectsAndTheVerdictSaysWhyNot(string what)
    {
        TestPki pki = TestPki.With(client: c => c.Expired());
        await using MutualTlsListener listener = Pair.Listen(Pair.Server(pki, Auditing(pki)));
        await using Stream tcp = await Pair.ConnectTcpAsync(listener.LocalEndPoint);
        await using System.Net.Security.SslStream client = new(tcp);
        await client.AuthenticateAsClientAsync(
            new System.Net.Security.SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ClientCertificateContext = what == "no certificate" ? null : Pair.Credential(pki.Client).Context,
#pragma warning disable CA5359 // The server is not what is tested.
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
            },
            Pair.Stop);

        await using MutualTlsStream server = await listener.AcceptAsync(Pair.Stop);

        Assert.Equal((VerdictOutcome.Refused, false), (server.Verdict.Outcome, server.Verdict.IsAuthenticated));
        await server.WriteAsync("hello"u8.ToArray(), Pair.Stop);
        byte[] hello = new byte[5];
        await client.ReadExactlyAsync(hello, Pair.Stop);
    }

    private static PeerPolicy Auditing(TestPki pki) => Pair.Trusting(pki.Root, p => p.Options.Dangerous.AuditOnly = true);
}
