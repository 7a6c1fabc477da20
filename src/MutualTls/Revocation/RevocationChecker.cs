using MutualTls.Certificates;
using MutualTls.Paths;
using MutualTls.Revocation.Crl;
using MutualTls.Sources;

namespace MutualTls.Revocation;

/// <summary>Tells from what is in memory whether the certificates of a verified path are revoked. Part of one policy.</summary>
/// <remarks>No I/O, no lock, and no allocation while the CRLs are signed by the authorities on the path.</remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class RevocationChecker
{
    private readonly PathParameters _parameters;
    private readonly SnapshotSource<CrlChecker> _crls;

    public RevocationChecker(RevocationRules rules, CrlSet crls, PathParameters parameters)
    {
        Rules = rules;
        _parameters = parameters;
        _crls = new SnapshotSource<CrlChecker>(new CrlChecker(crls, parameters, rules.StaleGrace));
    }

    public RevocationRules Rules { get; }

    /// <summary>Gets what changes when the configured CRLs do.</summary>
    public IVersioned Version => _crls;

    /// <summary>Puts other CRLs in the place of the configured ones; a check under way goes on with those it began with.</summary>
    public void Change(CrlSet crls) => _crls.Change(new CrlChecker(crls, _parameters, Rules.StaleGrace));

    /// <summary>Checks the certificates of a path.</summary>
    /// <param name="path">The path.</param>
    /// <param name="presented">What else the peer presented: the signer of a CRL may be among it.</param>
    /// <param name="memo">The signatures known to be good.</param>
    /// <param name="pool">The intermediates known from before.</param>
    /// <param name="now">The time.</param>
    /// <param name="results">Takes one result for each certificate of the path.</param>
    public void Check(
        VerifiedPath path, ReadOnlySpan<ParsedCertificate> presented, SignatureMemo memo, CandidatePool pool, DateTimeOffset now, Span<RevocationResult> results)
    {
        CrlQuestion question = new()
        {
            Presented = presented,
            Memo = memo,
            Pool = pool,
            Now = now,
            SignerMustBeGood = Rules is { Mode: RevocationMode.HardFail, Depth: RevocationDepth.Chain },
        };
        CrlChecker crls = _crls.Current;
        for (int depth = 0; depth < path.Span.Length; depth++)
        {
            results[depth] = depth > 0 && Rules.Depth == RevocationDepth.EndEntity
                ? new RevocationResult { Depth = depth, Status = RevocationStatus.NotChecked }
                : CheckOne(crls, path, depth, question);
        }
    }

    private RevocationResult CheckOne(CrlChecker crls, VerifiedPath path, int depth, in CrlQuestion question)
    {
        RevocationResult result = Rules.Preference == RevocationPreference.OcspOnly ? new RevocationResult { Depth = depth } : crls.Check(path, depth, question);
        return result is { Status: RevocationStatus.Unknown, Cause: RevocationCause.None }
            ? result with { Cause = RevocationPointers.Any(path.Span[depth], Rules.Preference) ? RevocationCause.Missing : RevocationCause.NoPointer }
            : result;
    }
}
