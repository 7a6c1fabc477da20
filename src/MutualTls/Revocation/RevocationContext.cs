using MutualTls.Certificates;
using MutualTls.Paths;
using MutualTls.Revocation.Crl;
using MutualTls.Revocation.Memory;

namespace MutualTls.Revocation;

/// <summary>What a check of revocation has at hand beside the path.</summary>
internal ref struct RevocationContext
{
    /// <summary>What else the peer presented: the signer of a CRL may be among it.</summary>
    public required ReadOnlySpan<ParsedCertificate> Presented { get; init; }

    /// <summary>The intermediates known from before.</summary>
    public required CandidatePool Pool { get; init; }

    /// <summary>The signatures known to be good.</summary>
    public required SignatureMemo Memo { get; init; }

    /// <summary>What was fetched; null where nothing ever is.</summary>
    public required RevocationMemory? Memory { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>Whether a verdict will rest on what is read.</summary>
    public RevocationReading Reading { get; init; }

    /// <summary>Gets the same for a check of CRLs.</summary>
    public readonly CrlQuestion Ask(RevocationRules rules) => new()
    {
        Presented = Presented,
        Memo = Memo,
        Pool = Pool,
        Now = Now,
        SignerMustBeGood = rules is { Mode: RevocationMode.HardFail, Depth: RevocationDepth.Chain },
    };
}

/// <summary>Says what for an answer is read.</summary>
internal enum RevocationReading
{
    /// <summary>For a verdict: the answer is in use and kept up to date.</summary>
    ForJudgement,

    /// <summary>To see whether it must be asked for.</summary>
    Upkeep,
}
