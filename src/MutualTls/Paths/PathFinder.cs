using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Trust;

namespace MutualTls.Paths;

/// <summary>Finds the verified paths of one end-entity one by one: <see cref="PathBuilder"/> proposes, <see cref="PathValidator"/> decides.</summary>
/// <threadsafety>Not safe for use by several threads at once; kept and used again, since a search then allocates nothing but its results.</threadsafety>
internal sealed class PathFinder
{
    private const int MaxIssuerShown = 256;

    private readonly SignatureChecks _signatures;
    private readonly PathBuilder _builder;
    private PathParameters? _parameters;
    private PathPurpose _purpose;
    private DateTimeOffset _time;
    private PathBudget _budget;
    private FindingCollection? _findings;
    private JudgementTrace? _trace;
    private int _tried;

    public PathFinder(SignatureMemo memo, CandidatePool pool)
    {
        _signatures = new SignatureChecks(memo, pool);
        _builder = new PathBuilder(_signatures, pool);
    }

    /// <summary>Gets how many signatures the search has verified, those remembered not among them.</summary>
    public (int Good, int Bad) Checked => _signatures.Counted;

    /// <summary>Begins a search.</summary>
    /// <param name="endEntity">The peer's own certificate.</param>
    /// <param name="presented">What else it presented, in any order.</param>
    /// <param name="parameters">The inputs of validation.</param>
    /// <param name="purpose">What the end-entity is to be used for.</param>
    /// <param name="time">The time of validation.</param>
    /// <param name="trace">Where to tell what is tried; null unless somebody asked.</param>
    public void Begin(
        ParsedCertificate endEntity, ReadOnlySpan<ParsedCertificate> presented, PathParameters parameters, PathPurpose purpose, DateTimeOffset time,
        JudgementTrace? trace = null)
    {
        _trace = trace;
        _tried = 0;
        _parameters = parameters;
        _purpose = purpose;
        _time = time;
        _budget = default;
        _findings = null;
        _signatures.Clear();
        _builder.Begin(endEntity, presented, parameters.Anchors, time, ref _budget);
    }

    /// <summary>Gets the next verified path, or null if there is no other.</summary>
    public VerifiedPath? Next()
    {
        // Once a budget is used up no other path is tried: each would run into the same limit, after more work.
        while (!_budget.IsExhausted && _signatures.CountForged(_builder) < PathBudget.MaxForged && _builder.MoveNext(ref _budget))
        {
            PathCheck path = new(_builder.Certificates, _builder.Anchor!, _parameters!, _purpose, _time, ref _budget);
            _tried++;
            if (_trace is not null)
            {
                PathNarrator.Begin(path, _trace, _tried);
            }

            if (PathValidator.Validate(ref path, _signatures, _trace) is { } verified)
            {
                return verified;
            }

            // The first candidate is the likeliest to be what the peer meant, so its findings are the ones to show; not that the pool holds somebody else's of the same name.
            if (!IsOfNamesake(path))
            {
                _findings ??= path.Findings;
            }

            _builder.BackTo(path.MendableDepth);
        }

        return null;
    }

    private bool IsOfNamesake(in PathCheck path) =>
        path.Findings?.Primary is { Reason: ValidationReason.SignatureInvalid, Depth: > 0 and var depth } && depth < path.Certificates.Length && _builder.IsOfPoolAlone(path.Certificates[depth]);

    /// <summary>Gets what speaks against the end-entity, after <see cref="Next"/> found no path at all.</summary>
    public FindingCollection Explain()
    {
        FindingCollection findings = _findings ?? new FindingCollection();
        if (_budget.IsExhausted && findings.All(f => f.Reason != ValidationReason.WorkBudgetExhausted))
        {
            findings.Add(ValidationReason.WorkBudgetExhausted);
        }

        if (findings.Count == 0)
        {
            findings.Add(
                ValidationReason.IssuerUnknown,
                Math.Max(_builder.DeadEndDepth, 0),
                _builder.DeadEnd is { } end ? $"no certificate of '{Shown(end.Issuer)}' was presented or is trusted" : null);
        }

        return findings;
    }

    // A stranger chooses it, and logs show it.
    private static string Shown(string issuer) => issuer.Length > MaxIssuerShown ? issuer[..MaxIssuerShown] + "..." : issuer;

    /// <summary>Forgets the search, so that nothing of it stays alive.</summary>
    public void End()
    {
        _builder.Clear();
        _signatures.Clear();
        _findings = null;
        _parameters = null;
        _trace = null;
    }
}
