using MutualTls.Certificates;
using MutualTls.Paths;
using MutualTls.Revocation.Crl;
using MutualTls.Revocation.Memory;
using MutualTls.Revocation.Ocsp;
using MutualTls.Sources;

namespace MutualTls.Revocation;

/// <summary>Tells from what is in memory whether the certificates of a verified path are revoked. Part of one policy.</summary>
/// <remarks>No I/O, and no lock and no allocation while configured CRLs answer that are signed by authorities that were on a path before.</remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class RevocationChecker
{
    private readonly SnapshotSource<CrlChecker> _crls;
    private readonly CrlFiles _files;
    private readonly Lock _refreshing = new();

    /// <summary>Makes a checker.</summary>
    /// <param name="rules">The options.</param>
    /// <param name="files">What the configured CRLs are read from.</param>
    /// <param name="crls">Those CRLs.</param>
    /// <param name="parameters">How paths are validated.</param>
    public RevocationChecker(RevocationRules rules, CrlFiles files, CrlSet crls, PathParameters parameters)
    {
        _files = files;
        Rules = rules;
        Parameters = parameters;
        Own = rules.Places.AreNamed ? new RevocationMemory() : null;
        _crls = new SnapshotSource<CrlChecker>(new CrlChecker(crls, parameters, rules.StaleGrace));
    }

    public RevocationRules Rules { get; }

    public PathParameters Parameters { get; }

    /// <summary>Gets whether there are CRL files that may change.</summary>
    public bool HasFiles => _files.AreAny;

    /// <summary>Gets the configured CRLs of this moment.</summary>
    public CrlSet Configured => _crls.Current.Crls;

    /// <summary>Gets what changes when the configured CRLs do.</summary>
    public IVersioned Version => _crls;

    /// <summary>Gets the memory of a policy that names places of its own: what those say counts for it alone. Null: the engine's is used.</summary>
    public RevocationMemory? Own { get; }

    /// <summary>Puts other CRLs in the place of the configured ones; a check under way goes on with those it began with.</summary>
    public void Change(CrlSet crls) => _crls.Change(before => new CrlChecker(crls, Parameters, Rules.StaleGrace, before));

    /// <summary>Reads the CRL files that have changed; of several threads that want to at once, one does.</summary>
    /// <param name="problems">Takes what cannot be used, once each.</param>
    public void Refresh(List<string> problems)
    {
        if (!_refreshing.TryEnter())
        {
            return;
        }

        try
        {
            if (_files.Refresh(Configured, problems) is { } next)
            {
                Change(next);
            }
        }
        finally
        {
            _refreshing.Exit();
        }
    }

    /// <summary>Checks the certificates of a path.</summary>
    /// <param name="path">The path.</param>
    /// <param name="at">What else is at hand: what the peer presented, the memories, the time.</param>
    /// <param name="results">Takes one result for each certificate of the path.</param>
    public void Check(VerifiedPath path, in RevocationContext at, Span<RevocationResult> results)
    {
        CrlQuestion question = at.Ask(Rules);
        CrlChecker configured = _crls.Current;
        for (int depth = 0; depth < path.Span.Length; depth++)
        {
            results[depth] = depth > 0 && Rules.Depth == RevocationDepth.EndEntity
                ? new RevocationResult { Depth = depth, Status = RevocationStatus.NotChecked }
                : CheckOne(configured, path, depth, question, Own ?? at.Memory, at.Reading);
        }
    }

    /// <summary>Tells whether the policy has use for what is fetched about the certificates of a path that another policy verified.</summary>
    public bool Asks(VerifiedPath path, RevocationSource source) =>
        Own is null && Rules.Fetching == RevocationFetching.Allowed
        && Rules.Preference != (source == RevocationSource.Crl ? RevocationPreference.OcspOnly : RevocationPreference.CrlOnly)
        && Parameters.Anchors.Has(path.Anchor);

    /// <summary>Tells whether asking may mend a result that is unknown: there is a place to ask, and it has not failed just now.</summary>
    public bool IsWorthAsking(VerifiedPath path, in RevocationResult result, RevocationMemory shared, DateTimeOffset now)
    {
        ParsedCertificate certificate = path.Span[result.Depth];
        return result.Status == RevocationStatus.Unknown && Rules.Fetching == RevocationFetching.Allowed && Rules.HasPlaceToAsk(path, result.Depth)
            && (Own ?? shared).Find(path, result.Depth)?.FindFailure(certificate.SerialNumberBytes, now) is null;
    }

    private RevocationResult CheckOne(CrlChecker configured, VerifiedPath path, int depth, in CrlQuestion question, RevocationMemory? memory, RevocationReading reading)
    {
        ParsedCertificate certificate = path.Span[depth];

        // RFC 7633: the peer's certificate demands a fresh answer with the handshake. The platform does not show us one, so the responder's is asked for.
        bool onlyOcspWillDo = depth == 0 && certificate.Extensions.DemandsStaple && Rules.Preference != RevocationPreference.CrlOnly;
        RevocationResult byCrl = Rules.Preference == RevocationPreference.OcspOnly ? new RevocationResult { Depth = depth } : configured.Check(path, depth, question);

        // From now on the authority is known: what the service is told of it counts, whoever gave the CRL that answers now.
        RevocationAuthority? authority = reading == RevocationReading.ForJudgement ? memory?.FindOrAdd(path, depth) : memory?.Find(path, depth);
        if (authority is { Crls.All.Count: > 0 } && byCrl.Status != RevocationStatus.Revoked && Rules.Preference != RevocationPreference.OcspOnly)
        {
            byCrl = Later(byCrl, new CrlChecker(authority.Crls, Parameters, Rules.StaleGrace).Check(path, depth, question));
        }

        RevocationResult byOcsp = authority is null || Rules.Preference == RevocationPreference.CrlOnly
            ? new RevocationResult { Depth = depth }
            : OcspIn(authority, certificate, depth, question.Now, reading);

        // Whoever says revoked is believed.
        RevocationResult result = byCrl.Status == RevocationStatus.Revoked ? byCrl
            : byOcsp.Status == RevocationStatus.Revoked || onlyOcspWillDo ? byOcsp
            : byCrl.Status == RevocationStatus.Good && byOcsp.Status == RevocationStatus.Good ? (Rules.Preference == RevocationPreference.PreferOcsp ? byOcsp : byCrl)
            : Better(byCrl, byOcsp);
        if (result.Status != RevocationStatus.Unknown)
        {
            return result;
        }

        if (authority?.FindFailure(certificate.SerialNumberBytes, question.Now) is { } failure && failure.Cause > result.Cause)
        {
            return result with { Cause = failure.Cause, Reported = failure.Reason, Detail = failure.Detail };
        }

        return result.Cause != RevocationCause.None ? result
            : result with { Cause = Rules.HasPlaceToAsk(path, depth) ? RevocationCause.Missing : RevocationCause.NoPointer };
    }

    // A configured CRL may be older than one that was learnt since, which then says who is revoked.
    private static RevocationResult Later(RevocationResult configured, RevocationResult learnt) =>
        configured.Status == RevocationStatus.Good && learnt.Status == RevocationStatus.Revoked && learnt.ThisUpdate >= configured.ThisUpdate ? learnt : Better(configured, learnt);

    // A known status before an unknown one; of two unknown, the cause nearest to an answer.
    private static RevocationResult Better(RevocationResult one, RevocationResult other) =>
        one.Status != RevocationStatus.Unknown ? one
        : other.Status != RevocationStatus.Unknown || other.Cause > one.Cause ? other
        : one;

    private RevocationResult OcspIn(RevocationAuthority authority, ParsedCertificate certificate, int depth, DateTimeOffset now, RevocationReading reading)
    {
        ReadOnlySpan<byte> serial = certificate.SerialNumberBytes;
        if ((reading == RevocationReading.ForJudgement ? authority.FindAnswer(serial) : authority.PeekAnswer(serial))?.Result is not { } answer)
        {
            return new RevocationResult { Depth = depth };
        }

        DateTimeOffset until = answer.Until < DateTimeOffset.MaxValue - Rules.StaleGrace ? answer.Until + Rules.StaleGrace : DateTimeOffset.MaxValue;
        bool stale = answer.Status == RevocationStatus.Good && (now >= until || answer.ThisUpdate > now + OcspRules.Default.ClockSkew);
        return new RevocationResult
        {
            Depth = depth,
            Status = stale ? RevocationStatus.Unknown : answer.Status,
            Cause = stale ? RevocationCause.Stale : RevocationCause.None,
            Source = RevocationSource.Ocsp,
            ThisUpdate = answer.ThisUpdate,
            Until = until,
            Reason = answer.Reason,
            RevokedAt = answer.RevokedAt,
        };
    }
}
