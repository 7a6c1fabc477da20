using MutualTls.Certificates;
using MutualTls.Trust;

namespace MutualTls.Paths;

/// <summary>Searches for paths from an end-entity to a trust anchor by names and key identifiers. RFC 4158.</summary>
/// <remarks>
/// A depth-first search that offers the likeliest issuer first. It only links names: whether a path is valid is <see cref="PathValidator"/>'s
/// to say, which also tells how far back to go (<see cref="BackTo"/>), so that one bad certificate low on the path is not tried under every issuer.
/// Where no name leads to an anchor it does not go at all: a stranger's certificates may point to each other in a thousand ways.
/// </remarks>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
internal sealed class PathBuilder(SignatureChecks signatures, CandidatePool pool)
{
    private const int Levels = PathBudget.MaxIntermediates + 2;

    private readonly ParsedCertificate[] _path = new ParsedCertificate[Levels];
    private readonly (int Next, int End)[] _open = new (int, int)[Levels];

    // The issuers of each certificate that was on the path once, likeliest first: comparing names can cost, so each pair is compared once a search.
    private readonly List<Candidate> _candidates = [];
    private readonly List<(ParsedCertificate Certificate, int Start, int End)> _lookedUp = [];
    private readonly List<ParsedCertificate> _presented = [];

    // How many steps each of these is away from an anchor at least, going by names alone; 0: it leads to none.
    private readonly int[] _distances = new int[PathBudget.MaxPresented];
    private TrustAnchorSet _anchors = TrustAnchorSet.Empty;
    private long _time;
    private int _level = -1;

    /// <summary>Gets the certificates of the candidate path, end-entity first.</summary>
    public ReadOnlySpan<ParsedCertificate> Certificates => _path.AsSpan(0, _level + 1);

    /// <summary>Gets the anchor of the candidate path.</summary>
    public TrustAnchor? Anchor { get; private set; }

    /// <summary>Gets the depth of the first certificate for which no issuer was found, or -1.</summary>
    public int DeadEndDepth { get; private set; }

    /// <summary>Gets that certificate.</summary>
    public ParsedCertificate? DeadEnd { get; private set; }

    /// <summary>Tells whether nobody presented a certificate of the path: it comes from the pool.</summary>
    public bool IsOfPoolAlone(ParsedCertificate certificate) => !ReferenceEquals(certificate, _path[0]) && !_presented.Contains(certificate);

    /// <summary>Begins a search.</summary>
    public void Begin(ParsedCertificate endEntity, ReadOnlySpan<ParsedCertificate> presented, TrustAnchorSet anchors, DateTimeOffset time, ref PathBudget budget)
    {
        Clear();
        _presented.AddRange(presented);
        _anchors = anchors;
        _time = time.UtcTicks;
        _path[0] = endEntity;
        MeasureDistances();
        Open(level: 0, ref budget);
    }

    /// <summary>Forgets everything, so that a search kept for reuse keeps no certificate alive.</summary>
    public void Clear()
    {
        // Whatever was on the path was looked up, and nothing is on it twice.
        Array.Clear(_path, 0, Math.Min(_lookedUp.Count, Levels));
        _candidates.Clear();
        _lookedUp.Clear();
        _presented.Clear();
        _anchors = TrustAnchorSet.Empty;
        Anchor = null;
        DeadEnd = null;
        DeadEndDepth = -1;
        _level = -1;
    }

    /// <summary>Moves to the next candidate path. False: there is none, or the budget is used up.</summary>
    public bool MoveNext(ref PathBudget budget)
    {
        while (_level >= 0)
        {
            ref (int Next, int End) open = ref _open[_level];
            if (open.Next == open.End)
            {
                _level--;
                continue;
            }

            if (!budget.TakeStep())
            {
                return false;
            }

            Candidate candidate = _candidates[open.Next++];
            if (signatures.IsKnownInvalid(_path[_level], (object?)candidate.Anchor ?? candidate.Certificate!))
            {
                continue;
            }

            if (candidate.Anchor is not null)
            {
                Anchor = candidate.Anchor;
                return budget.TakePath();
            }

            if (_level + 1 < Levels && !IsOnPath(candidate.Certificate!))
            {
                _path[_level + 1] = candidate.Certificate!;
                Open(_level + 1, ref budget);
            }
        }

        return false;
    }

    /// <summary>Gives up every path that keeps the certificates up to <paramref name="depth"/> as they are. 0: gives up all.</summary>
    public void BackTo(int depth) => _level = Math.Min(_level, depth - 1);

    private void Open(int level, ref PathBudget budget)
    {
        ParsedCertificate certificate = _path[level];
        (int start, int end) = IssuersOf(certificate, ref budget);
        _open[level] = (start, end);
        _level = level;
        if (start == end && DeadEnd is null)
        {
            FindDeadEnd(level);
        }
    }

    // Breadth first from the anchors down, so each pair is looked at once. The pool's come from verified paths, of this policy or another.
    private void MeasureDistances()
    {
        Span<int> distances = _distances.AsSpan(0, _presented.Count);
        for (int i = 0; i < distances.Length; i++)
        {
            int issuer = _presented[i].IssuerNameHash;
            distances[i] = _anchors.Named(issuer).IsEmpty && pool.Named(issuer).IsEmpty && pool.NamedElsewhere(issuer).IsEmpty ? 0 : 1;
        }

        for (int distance = 1; distance < Levels && distances.Contains(distance); distance++)
        {
            for (int above = 0; above < distances.Length; above++)
            {
                for (int below = 0; distances[above] == distance && below < distances.Length; below++)
                {
                    if (distances[below] == 0 && _presented[below].IssuerNameHash == _presented[above].SubjectNameHash)
                    {
                        distances[below] = distance + 1;
                    }
                }
            }
        }
    }

    // For people: how far what was presented goes on from here. A loop has no end. The search's budget is not spent on it, nor more than as much again.
    private void FindDeadEnd(int level)
    {
        PathBudget budget = default;
        ParsedCertificate certificate = _path[level];
        for (int depth = level; depth < Levels; depth++)
        {
            if (FindPresentedIssuer(certificate, ref budget) is not { } next)
            {
                (DeadEnd, DeadEndDepth) = (certificate, depth);
                return;
            }

            certificate = next;
        }
    }

    private ParsedCertificate? FindPresentedIssuer(ParsedCertificate certificate, ref PathBudget budget)
    {
        foreach (ParsedCertificate issuer in _presented)
        {
            if (issuer.SubjectNameHash == certificate.IssuerNameHash && HasName(certificate, issuer.SubjectName, ref budget))
            {
                return issuer;
            }
        }

        return null;
    }

    private (int Start, int End) IssuersOf(ParsedCertificate certificate, ref PathBudget budget)
    {
        foreach ((ParsedCertificate known, int knownStart, int knownEnd) in _lookedUp)
        {
            if (ReferenceEquals(known, certificate))
            {
                return (knownStart, knownEnd);
            }
        }

        int start = _candidates.Count;
        foreach (TrustAnchor anchor in _anchors.Named(certificate.IssuerNameHash))
        {
            if (HasName(certificate, anchor.SubjectName, ref budget))
            {
                Insert(start, new Candidate(null, anchor, RankOf(certificate, anchor.Certificate, distance: 0)));
            }
        }

        for (int i = 0; i < _presented.Count; i++)
        {
            if (_distances[i] > 0)
            {
                Consider(start, certificate, _presented[i], _distances[i], ref budget);
            }
        }

        ConsiderOfPool(start, certificate, pool.Named(certificate.IssuerNameHash), ref budget);
        ConsiderOfPool(start, certificate, pool.NamedElsewhere(certificate.IssuerNameHash), ref budget);

        _lookedUp.Add((certificate, start, _candidates.Count));
        return (start, _candidates.Count);
    }

    // Behind those that were presented: whoever holds some CA that is trusted somewhere can have others of this name put there.
    private void ConsiderOfPool(int start, ParsedCertificate certificate, ReadOnlySpan<ParsedCertificate> issuers, ref PathBudget budget)
    {
        foreach (ParsedCertificate issuer in issuers)
        {
            // Presented certificates that the pool knows are the pool's own objects.
            if (!_presented.Contains(issuer) && !IsCandidate(start, issuer))
            {
                Consider(start, certificate, issuer, distance: Levels, ref budget);
            }
        }
    }

    private bool IsCandidate(int start, ParsedCertificate issuer)
    {
        for (int i = start; i < _candidates.Count; i++)
        {
            if (_candidates[i].Certificate is { } known && (ReferenceEquals(known, issuer) || known.Bytes.SequenceEqual(issuer.Bytes)))
            {
                return true;
            }
        }

        return false;
    }

    private void Consider(int start, ParsedCertificate certificate, ParsedCertificate issuer, int distance, ref PathBudget budget)
    {
        if (issuer.SubjectNameHash == certificate.IssuerNameHash && HasName(certificate, issuer.SubjectName, ref budget))
        {
            Insert(start, new Candidate(issuer, null, RankOf(certificate, issuer, distance)));
        }
    }

    private static bool HasName(ParsedCertificate certificate, ReadOnlySpan<byte> issuer, ref PathBudget budget)
    {
        ReadOnlySpan<byte> wanted = certificate.IssuerName;
        return wanted.SequenceEqual(issuer) || (budget.TakePreparedOctets(Math.Max(wanted.Length, issuer.Length)) && DistinguishedName.AreEqual(wanted, issuer));
    }

    private void Insert(int start, Candidate candidate)
    {
        int at = _candidates.Count;
        while (at > start && _candidates[at - 1].Rank > candidate.Rank)
        {
            at--;
        }

        _candidates.Insert(at, candidate);
    }

    // RFC 4158 section 3.5: matching key identifiers first, then those in date, then the shortest way. An identifier is a hint: one that differs only comes last.
    private int RankOf(ParsedCertificate certificate, ParsedCertificate? issuer, int distance)
    {
        ReadOnlySpan<byte> wanted = certificate.Extensions.AuthorityKeyIdentifier.Of(certificate.Bytes);
        ReadOnlySpan<byte> offered = issuer is null ? default : issuer.Extensions.SubjectKeyIdentifier.Of(issuer.Bytes);
        int keyRank = wanted.IsEmpty || offered.IsEmpty ? 1 : wanted.SequenceEqual(offered) ? 0 : 2;
        bool inDate = issuer is null || (issuer.NotBeforeTicks <= _time && _time <= issuer.NotAfterTicks);
        return (((keyRank * 2) + (inDate ? 0 : 1)) * Levels) + Math.Min(distance, Levels - 1);
    }

    // RFC 4158 section 5.2: the same name and key twice is a loop.
    private bool IsOnPath(ParsedCertificate issuer)
    {
        foreach (ParsedCertificate certificate in Certificates)
        {
            // The keys first: the name of an end-entity that is new need not be prepared to be told from its issuers'.
            if (ReferenceEquals(certificate, issuer)
                || (certificate.SubjectPublicKeyInfo.SequenceEqual(issuer.SubjectPublicKeyInfo) && certificate.SubjectNameHash == issuer.SubjectNameHash
                    && DistinguishedName.AreEqual(certificate.SubjectName, issuer.SubjectName)))
            {
                return true;
            }
        }

        return false;
    }

    private readonly record struct Candidate(ParsedCertificate? Certificate, TrustAnchor? Anchor, int Rank);
}
