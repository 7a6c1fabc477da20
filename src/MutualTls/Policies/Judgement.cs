using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Paths;
using MutualTls.Revocation.Memory;

namespace MutualTls.Policies;

/// <summary>Says what becomes of an answer that is missing.</summary>
internal enum Awaiting
{
    /// <summary>The verdict is pending on it.</summary>
    Possible,

    /// <summary>It was awaited, and did not come: the stated outcome holds.</summary>
    Over,
}

/// <summary>One peer on its way through the demands of one policy: what they read and where they write.</summary>
internal ref struct Judgement(PeerPolicy policy, PeerRole role, ReferenceIdentity? expected, ParsedCertificate endEntity, DateTimeOffset now, JudgementTrace? trace = null)
{
    public readonly PeerPolicy Policy = policy;

    public readonly PeerRole Role = role;

    public readonly ReferenceIdentity? Expected = expected;

    public readonly ParsedCertificate EndEntity = endEntity;

    public readonly DateTimeOffset Now = now;

    /// <summary>Where to tell what is compared; null unless somebody asked.</summary>
    public readonly JudgementTrace? Trace = trace;

    /// <summary>Gets what else the peer presented.</summary>
    public ReadOnlySpan<ParsedCertificate> Presented { get; init; }

    /// <summary>Gets the signatures that the engine knows to be good.</summary>
    public required SignatureMemo Memo { get; init; }

    /// <summary>Gets the intermediates that the engine knows.</summary>
    public required CandidatePool Pool { get; init; }

    /// <summary>Gets what was fetched about revocation.</summary>
    public required RevocationMemory Revocation { get; init; }

    /// <summary>Gets whether anybody can still await what is missing; if not, the stated outcome of not knowing holds.</summary>
    public Awaiting Awaiting { get; init; }

    /// <summary>Gets what speaks against the peer; null while nothing does.</summary>
    public FindingCollection? Findings { get; private set; }

    /// <summary>Gets what was found and does not refuse: what soft-fail and report-only let pass.</summary>
    public FindingCollection? Warnings { get; private set; }

    /// <summary>Gets the first moment at which what was found holds; beside the dates of the path.</summary>
    public DateTimeOffset From { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>Gets the first moment at which it no longer does.</summary>
    public DateTimeOffset Until { get; private set; } = DateTimeOffset.MaxValue;

    /// <summary>States that what was found holds only from <paramref name="from"/> and before <paramref name="until"/>.</summary>
    public void HoldsWithin(DateTimeOffset from, DateTimeOffset until)
    {
        From = from > From ? from : From;
        Until = until < Until ? until : Until;
    }

    public void Add(ValidationReason reason, int depth, string? detail = null) => (Findings ??= []).Add(reason, depth, detail);

    public void Warn(ValidationReason reason, int depth, string? detail = null) => (Warnings ??= []).Add(reason, depth, detail);
}
