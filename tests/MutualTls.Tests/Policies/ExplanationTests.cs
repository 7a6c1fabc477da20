using System.Text.Json;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Policies;

/// <summary>Promise P5: an explanation comes from the same engine, and says what was compared with what.</summary>
public class ExplanationTests
{
    [Fact]
    public async Task ExplainAsync_GoodPeer_TellsEveryRuleAndAccepts()
    {
        TestPki pki = new();
        Explanation explanation = await ExplainAsync(Pair.Trusting(pki.Root), Pair.Presented(pki.Client));

        Assert.True(explanation.Verdict.IsAccepted);
        Assert.DoesNotContain(explanation.Steps, step => step.Outcome == JudgementStepOutcome.Failed);
        string[] told = [.. explanation.Steps.Select(step => step.Name)];
        Assert.Equal(
            ["certificate 0", "certificate 1", "certificate 2", "anchor", "fitness", "name", "anchor", "names chain", "algorithms and keys", "dates", "issuers are CAs", "path length",
                "key usage", "purpose", "critical extensions", "signatures", "name constraints", "certificate policies"],
            told.Take(18));
        Assert.Contains("+ Accepted by test", explanation.ToString(), StringComparison.Ordinal);
    }

    // Which anchors were tried, and why each path failed.
    [Fact]
    public async Task ExplainAsync_TwoRootsOfOneName_TellsBothPaths()
    {
        TestPki pki = TestPki.With(intermediate: c => c.WithoutAuthorityKeyIdentifier());
        TestCertificateAuthority namesake = TestCertificateAuthority.CreateRoot(configure: c => c.WithSubject(pki.Root.Subject));
        PeerPolicy policy = PeerPolicy.Create("both", p => p.TrustPemText(namesake.ToPem()).TrustPemText(pki.Root.ToPem()).WithoutRevocation());

        Explanation explanation = await ExplainAsync(policy, new PresentedChain(pki.Client.Der, pki.Issuing.Der));

        Assert.True(explanation.Verdict.IsAccepted);
        Assert.Equal(2, explanation.Steps.Count(step => step is { Stage: "trusted", Name: "anchor" }));
        JudgementStep failed = Assert.Single(explanation.Steps, step => step.Outcome == JudgementStepOutcome.Failed);
        Assert.StartsWith("path 1: ", failed.Stage, StringComparison.Ordinal);
        Assert.StartsWith("MTLS1201 SignatureInvalid at depth 1", failed.Detail, StringComparison.Ordinal);
        Assert.Contains(explanation.Steps, step => step is { Name: "signatures", Outcome: JudgementStepOutcome.Passed } && step.Stage.StartsWith("path 2: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ExplainAsync_Expired_SaysWhatWasComparedAndTheHint()
    {
        TestPki pki = TestPki.With(client: c => c.Expired());
        Explanation explanation = await ExplainAsync(Pair.Trusting(pki.Root), Pair.Presented(pki.Client));

        JudgementStep dates = Assert.Single(explanation.Steps, step => step is { Name: "dates", Outcome: JudgementStepOutcome.Failed });
        Assert.StartsWith("MTLS1208 NotAfterPassed at depth 0: now ", dates.Detail, StringComparison.Ordinal);
        Assert.Contains(explanation.Steps, step => step is { Name: "signatures", Outcome: JudgementStepOutcome.Noted });
        Assert.Contains("hint: Renew the certificate", explanation.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExplainAsync_Validators_AreToldAndRefuse()
    {
        TestPki pki = new();
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.AddValidator("directory", (context, _) =>
        {
            context.Refuse("left the company");
            return ValueTask.CompletedTask;
        }));

        Explanation explanation = await ExplainAsync(policy, Pair.Presented(pki.Client));

        Assert.Contains(explanation.Steps, step => step is { Stage: "the application", Outcome: JudgementStepOutcome.Failed } && step.Detail.Contains("left the company", StringComparison.Ordinal));
    }

    // What revocation refuses is not told as if the application had been asked.
    [Fact]
    public async Task ExplainAsync_RefusedBeforeTheValidators_TheyAreNotTold()
    {
        TestPki pki = TestPki.With(client: c => c.WithCrlDistributionPoints("http://127.0.0.1:1/issuing.crl"));
        PeerPolicy policy = PeerPolicy.Create("test", p => p
            .TrustPemText(pki.Root.ToPem())
            .CheckRevocation(r => r.Depth = RevocationDepth.EndEntity)
            .AddValidator("directory", (_, _) => ValueTask.CompletedTask));

        Explanation explanation = await ExplainAsync(policy, Pair.Presented(pki.Client));

        Assert.Equal(ValidationReason.RevocationUnreachable, explanation.Verdict.Primary!.Value.Reason);
        Assert.DoesNotContain(explanation.Steps, step => step.Stage == "the application");
    }

    [Fact]
    public async Task ToJson_Refused_IsWellFormedAndHoldsTheCode()
    {
        TestPki pki = TestPki.With(client: c => c.Expired());
        Explanation explanation = await ExplainAsync(Pair.Trusting(pki.Root), Pair.Presented(pki.Client));

        using JsonDocument json = JsonDocument.Parse(explanation.ToJson());

        Assert.Equal("Refused", json.RootElement.GetProperty("outcome").GetString());
        Assert.Equal("MTLS1208", json.RootElement.GetProperty("findings")[0].GetProperty("code").GetString());
        Assert.Equal(explanation.Steps.Count, json.RootElement.GetProperty("steps").GetArrayLength());
    }

    // A hostile chain cannot make an explanation grow.
    [Fact]
    public async Task ExplainAsync_Junk_IsBounded()
    {
        TestPki pki = new();
        PresentedChain junk = new(Enumerable.Repeat((ReadOnlyMemory<byte>)new byte[] { 0x30, 0 }, 5_000).Prepend(pki.Client.Der));
        Explanation explanation = await ExplainAsync(Pair.Trusting(pki.Root), junk);
        Assert.InRange(explanation.Steps.Count, 1, JudgementTrace.Capacity);
        Assert.Equal(ValidationReason.TooManyCertificates, explanation.Verdict.Primary!.Value.Reason);
    }

    private static ValueTask<Explanation> ExplainAsync(PeerPolicy policy, PresentedChain presented) =>
        new PeerPolicyEngine().ExplainAsync(policy, PeerRole.Client, presented, cancellationToken: Pair.Stop);
}
