using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Revocation;

namespace MutualTls.Policies;

/// <summary>Checks what a policy demands of a verified path. The first path that passes is taken, so a bad one does not hide a good cross-signed one.</summary>
internal static class PathDemands
{
    /// <summary>Runs every demand over the path; a demand reads what is in memory and never waits.</summary>
    public static PathAnswer Check(VerifiedPath path, in Judgement judgement)
    {
        PathAnswer answer = PathAnswer.Good;
        PeerPolicy policy = judgement.Policy;
        if (policy.Lists.HasDenied)
        {
            policy.Lists.Check(path, ref answer);
            judgement.Trace?.Tell("deny-list", answer.Findings, before: 0, "no certificate of the path is on it");
        }

        int before = answer.Findings?.Count ?? 0;
        if (policy.Pins is { } pins)
        {
            pins.Check(path, judgement, ref answer);
            judgement.Trace?.Tell("pins", answer.Findings, before, $"{pins}; the path has {pins.Source.Current.WouldMatch(path)}");
        }

        before = answer.Findings?.Count ?? 0;
        policy.Fitness.Check(path, ref answer);
        if (policy.Fitness.AsksPath)
        {
            judgement.Trace?.Tell("issuer and certificate policies", answer.Findings, before, $"{path}; valid for {string.Join(", ", path.CertificatePolicies)}");
        }

        RevocationDemand.Check(path, judgement, ref answer);
        return answer;
    }
}

/// <summary>What the demands said of one path.</summary>
internal struct PathAnswer
{
    /// <summary>Gets what speaks against the path; null while nothing does.</summary>
    public FindingCollection? Findings { get; private set; }

    /// <summary>Gets what was found and does not refuse.</summary>
    public FindingCollection? Warnings { get; private set; }

    /// <summary>Gets or sets what is known of the revocation of each certificate; null if that is not checked.</summary>
    public RevocationResult[]? Revocation { get; set; }

    /// <summary>Gets or sets whether an answer is awaited.</summary>
    public bool IsPending { get; set; }

    /// <summary>Gets the first moment at which the answer holds, beside the dates of the path.</summary>
    public DateTimeOffset From { get; private set; }

    /// <summary>Gets the first moment at which the answer no longer holds, beside the dates of the path.</summary>
    public DateTimeOffset Until { get; private set; }

    public readonly VerdictOutcome Outcome =>
        Findings is not null ? VerdictOutcome.Refused : IsPending ? VerdictOutcome.Pending : VerdictOutcome.Accepted;

    public static PathAnswer Good => new() { Until = DateTimeOffset.MaxValue };

    /// <summary>States that the answer holds only before <paramref name="until"/>.</summary>
    public void HoldsUntil(DateTimeOffset until) => Until = until < Until ? until : Until;

    /// <summary>States that the answer holds only from <paramref name="from"/>.</summary>
    public void HoldsFrom(DateTimeOffset from) => From = from > From ? from : From;

    public void Add(ValidationReason reason, int depth, string? detail = null) => (Findings ??= []).Add(reason, depth, detail);

    public void Warn(ValidationReason reason, int depth, string? detail = null) => (Warnings ??= []).Add(reason, depth, detail);
}
