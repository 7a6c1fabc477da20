using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Connections;

public class GateTests
{
    // Pitfall 19: a later callback must bring the same certificate.
    [Fact]
    public void Validate_SecondCallbackWithAnotherCertificate_Refuses()
    {
        TestPki pki = new();
        HandshakeGate gate = Gate(pki);
        Assert.True(Call(gate, pki, pki.Client));
        Assert.True(Call(gate, pki, pki.Client));
        Assert.False(Call(gate, pki, pki.Issuing.IssueClient("another.test")));
        Assert.Equal(ValidationReason.CertificateChanged, gate.Verdict!.Primary!.Value.Reason);
    }

    // Pitfall 15: a validator that agrees cannot rescue a bad chain; it is not even asked.
    [Fact]
    public async Task Judge_BadChainAndAgreeingValidator_IsRefusedAndNotAsked()
    {
        TestPki pki = TestPki.With(client: c => c.Expired());
        Validator validator = new((_, _) => ValueTask.CompletedTask);
        PeerVerdict verdict = await new PeerPolicyEngine().JudgeAsync(
            Pair.Trusting(pki.Root, p => p.AddValidator(validator)), PeerRole.Client, Pair.Presented(pki.Client), cancellationToken: Pair.Stop);
        Assert.False(verdict.IsAccepted);
        Assert.Equal(0, validator.Asked);
    }

    [Fact]
    public async Task Judge_ValidatorAgrees_IsPendingThenAccepted()
    {
        TestPki pki = new();
        PeerPolicyEngine engine = new();
        PeerVerdict pending = engine.Judge(
            Pair.Trusting(pki.Root, p => p.AddValidator(new Validator((_, _) => ValueTask.CompletedTask))), PeerRole.Client, Pair.Presented(pki.Client));
        Assert.Equal(VerdictOutcome.Pending, pending.Outcome);
        Assert.True((await engine.CompleteAsync(pending, Pair.Stop)).IsAccepted);
    }

    public static TheoryData<string, ValidationReason> Faults => new()
    {
        { "refuses", ValidationReason.ValidatorRefused },
        { "throws", ValidationReason.ValidatorFailed },
        { "throws before its first await", ValidationReason.ValidatorFailed },
        { "waits", ValidationReason.ValidatorTimedOut },
        { "ignores its token", ValidationReason.ValidatorTimedOut },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Judge_ValidatorDoesNotAgree_IsRefusedWithItsReason(string what, ValidationReason reason)
    {
        TestPki pki = new();
        Validator validator = new(async (context, stop) =>
        {
            switch (what)
            {
                case "refuses":
                    context.Refuse("no contract");
                    return;
                case "waits":
                    await Task.Delay(Timeout.Infinite, stop);
                    return;
                case "ignores its token":
                    await Task.Delay(TimeSpan.FromSeconds(20), CancellationToken.None);
                    return;
                case "throws":
                    await Task.Yield();
                    throw new InvalidOperationException("secret");
                default:
                    throw new InvalidOperationException("secret");
            }
        });
        PeerPolicy policy = Pair.Trusting(pki.Root, p =>
        {
            p.AddValidator(validator);

            // Whoever answers has all the time that a busy machine may take for it.
            p.Options.ValidatorTimeout = reason == ValidationReason.ValidatorTimedOut ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromMinutes(1);
        });

        PeerVerdict verdict = await new PeerPolicyEngine().JudgeAsync(policy, PeerRole.Client, Pair.Presented(pki.Client), cancellationToken: Pair.Stop);

        Assert.Equal(reason, verdict.Primary!.Value.Reason);
        Assert.DoesNotContain("secret", verdict.ToString());
    }

    // Design rule 4 and pitfall 2: the runtime skipped the callback; the gate judges by itself.
    [Fact]
    public async Task Open_CallbackNeverCame_GateJudges()
    {
        TestPki pki = new(), stranger = new();
        await using MutualTlsListener listener = Pair.Listen(Pair.Server(pki));
        await using Stream tcp = await Pair.ConnectTcpAsync(listener.LocalEndPoint);
        await using SslStream tls = new(tcp);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ClientCertificateContext = Pair.Credential(pki.Client).Context,
#pragma warning disable CA5359 // Stands for a runtime that does not ask.
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
            },
            Pair.Stop);

        HandshakeGate unknown = new(new PeerPolicyEngine(), Pair.Trusting(stranger.Root), PeerRole.Server, _ => MutualTls.Identities.ReferenceIdentity.ForHost("localhost"));
        PeerVerdict verdict = await unknown.OpenAsync(tls, Pair.Stop);

        Assert.Equal(ValidationReason.IssuerUnknown, verdict.Primary!.Value.Reason);
    }

    // What an audit let go on is not let in by the policy that ends it.
    [Fact]
    public async Task Open_AuditReplacedDuringTheHandshake_TheNewPolicyRefuses()
    {
        TestPki pki = new(), stranger = new();
        SnapshotSource<PeerPolicy> policies = Pair.Trusting(pki.Root, p => p.Options.Dangerous.AuditOnly = true);
        HandshakeGate gate = new(new PeerPolicyEngine(), policies, PeerRole.Client, _ => null);
        Assert.True(Call(gate, stranger, stranger.Client));
        policies.Change(Pair.Trusting(pki.Root));

        PeerVerdict verdict = await gate.OpenAsync(new SslStream(InMemoryDuplex.CreatePair().Client), Pair.Stop);

        Assert.False(verdict.MayConnect);
        Assert.Same(verdict, gate.Verdict);
    }

    // Pitfall 15: the policy is replaced while the gate waits; the new one decides.
    [Fact]
    public async Task Open_PolicyReplacedWhileAValidatorIsAsked_TheNewPolicyDecides()
    {
        TestPki pki = new(), stranger = new();
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously), go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        SnapshotSource<PeerPolicy> policies = Pair.Trusting(pki.Root, p => p.AddValidator("slow", async (_, stop) =>
        {
            asked.TrySetResult();
            await go.Task.WaitAsync(stop);
        }));
        HandshakeGate gate = new(new PeerPolicyEngine(), policies, PeerRole.Client, _ => null);
        Assert.True(Call(gate, pki, pki.Client));
        Task<PeerVerdict> opening = gate.OpenAsync(new SslStream(InMemoryDuplex.CreatePair().Client), Pair.Stop).AsTask();
        await asked.Task.WaitAsync(Pair.Stop);

        policies.Change(Pair.Trusting(stranger.Root));
        go.SetResult();

        PeerVerdict verdict = await opening;
        Assert.Equal(ValidationReason.IssuerUnknown, verdict.Primary!.Value.Reason);
        Assert.Same(policies.Current, verdict.Policy);
    }

    // Our callback lost: SslStream's own policy refuses.
    [Fact]
    public void PlatformPolicy_Alone_RefusesAGoodChain()
    {
        TestPki pki = new();
        using X509Chain chain = new() { ChainPolicy = HandshakeGate.PlatformPolicy.Clone() };
        using X509Certificate2 client = pki.Client.ToX509Certificate2();
        chain.ChainPolicy.ExtraStore.Add(X509CertificateLoader.LoadCertificate(pki.Issuing.Der.Span));
        Assert.False(chain.Build(client));
        Assert.Equal(X509VerificationFlags.NoFlag, HandshakeGate.PlatformPolicy.VerificationFlags);
    }

    private static HandshakeGate Gate(TestPki pki) => new(new PeerPolicyEngine(), Pair.Trusting(pki.Root), PeerRole.Client, _ => null);

    private static bool Call(HandshakeGate gate, TestPki pki, TestCertificate certificate)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.ExtraStore.Add(X509CertificateLoader.LoadCertificate(pki.Issuing.Der.Span));
        return gate.Validate(gate, X509CertificateLoader.LoadCertificate(certificate.Der.Span), chain, SslPolicyErrors.RemoteCertificateChainErrors);
    }

    private sealed class Validator(Func<PeerValidationContext, CancellationToken, ValueTask> validate) : IPeerValidator
    {
        public string Name => "test";

        public int Asked { get; private set; }

        public ValueTask ValidateAsync(PeerValidationContext context, CancellationToken cancellationToken)
        {
            Asked++;
            return validate(context, cancellationToken);
        }
    }
}
