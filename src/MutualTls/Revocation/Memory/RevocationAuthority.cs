using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Certificates;
using MutualTls.Encoding;
using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Revocation.Crl;
using MutualTls.Revocation.Fetching;
using MutualTls.Revocation.Ocsp;
using MutualTls.Revocation.Stores;

namespace MutualTls.Revocation.Memory;

/// <summary>Holds what was fetched about the certificates of one issuer under one anchor: verified answers, and what could not be got.</summary>
/// <remarks>By name and key of the issuer and the anchor of the path (RFC 5280 section 6.3.3 (f)): a CA of the same name elsewhere shares nothing.</remarks>
/// <threadsafety>Safe from any thread; reads take no lock.</threadsafety>
internal sealed class RevocationAuthority
{
    /// <summary>A CA splits its CRLs over a few places; a CRL from a place beyond these is fetched without knowledge of the last time.</summary>
    public const int MaxPlaces = 1024;

    private const int MaxResponders = 16;

    /// <summary>As many places as are remembered; a CA that splits its CRLs further has those fetched again.</summary>
    public const int MaxCrls = MaxPlaces;

    /// <summary>About how much memory an answer or a failure holds, in octets.</summary>
    public const int EntryOctets = 256;

    // Twice what a fetch that failed waits, or a host that rests.
    private static readonly TimeSpan LongestPause = 2 * new FetchOptions().MaxBackoff;

    /// <summary>As many peers of one issuer as a large site has at once; each answer takes some 200 bytes.</summary>
    public const int MaxAnswers = 100_000;

    private readonly OcspIssuer _issuer;
    private readonly byte[] _anchorKey;
    private readonly OctetTable<OcspAnswer> _answers = new();
    private readonly OctetTable<RevocationFailure> _failures = new();
    private readonly OctetTable<CrlPlace> _places = new();
    private readonly ConcurrentDictionary<Uri, byte> _responders = new();
    private CrlSet _crls = CrlSet.Empty;
    private long _lastUsed;

    public RevocationAuthority(VerifiedPath path, int depth)
    {
        _issuer = OcspIssuer.Of(path, depth);
        _anchorKey = path.Anchor.EncodedKey.ToArray();
        AnchorHash = SipHash.Compute(path.Anchor.EncodedKey);
        Branch = depth + 1 < path.Span.Length ? SipHash.Compute(path.Span[^1].SubjectPublicKeyInfo) : 0;
        Asker = new FetchAsker(HashOf(path, depth), Branch, AnchorHash);
    }

    public OcspIssuer Issuer => _issuer;

    /// <summary>Gets a number that is the same for the same anchor.</summary>
    public ulong AnchorHash { get; }

    /// <summary>Gets a number that is the same for all below the same certificate of the anchor; 0 for the anchor itself.</summary>
    public ulong Branch { get; }

    /// <summary>Gets on whose behalf its answers are fetched.</summary>
    public FetchAsker Asker { get; }

    /// <summary>Gets when it was last used, as the count of authorities then.</summary>
    public long LastUsed => Volatile.Read(ref _lastUsed);

    /// <summary>Gets the issuer's name as text, for people.</summary>
    public string Name => DistinguishedNameText.Of(_issuer.Name);

    public CrlSet Crls => Volatile.Read(ref _crls);

    public IEnumerable<KeyValuePair<byte[], OcspAnswer>> Answers => _answers.All;

    /// <summary>Gets a number that is the same for the same authority.</summary>
    public static ulong HashOf(VerifiedPath path, int depth)
    {
        OcspIssuer issuer = OcspIssuer.Of(path, depth);
        return SipHash.Compute(path.Anchor.EncodedKey, SipHash.Compute(issuer.EncodedKey, SipHash.Compute(issuer.Name)));
    }

    public bool IsOf(VerifiedPath path, int depth)
    {
        OcspIssuer issuer = OcspIssuer.Of(path, depth);
        return issuer.EncodedKey.SequenceEqual(_issuer.EncodedKey) && issuer.Name.SequenceEqual(_issuer.Name) && path.Anchor.EncodedKey.SequenceEqual(_anchorKey);
    }

    /// <summary>Notes that it is used.</summary>
    public void Use(long now)
    {
        if (Volatile.Read(ref _lastUsed) != now)
        {
            Volatile.Write(ref _lastUsed, now);
        }
    }

    /// <summary>Keeps a CRL whose signature is good. False: the one held is as new or newer.</summary>
    public bool TryKeep(ParsedCrl verified)
    {
        while (true)
        {
            CrlSet held = Crls, next = held.With(verified);
            if (ReferenceEquals(next, held))
            {
                return false;
            }

            next = next.All.Count <= MaxCrls ? next : new CrlSet(next.All.Where(crl => crl != verified).Take(MaxCrls - (MaxCrls / 8)).Append(verified));
            if (ReferenceEquals(Interlocked.CompareExchange(ref _crls, next, held), held))
            {
                return true;
            }
        }
    }

    /// <summary>Finds an answer for a judgement.</summary>
    public OcspAnswer? FindAnswer(ReadOnlySpan<byte> serial)
    {
        if (_answers.Find(serial) is not { } answer)
        {
            return null;
        }

        answer.Use();
        return answer;
    }

    /// <summary>Finds an answer without using it.</summary>
    public OcspAnswer? PeekAnswer(ReadOnlySpan<byte> serial) => _answers.Find(serial);

    /// <summary>Keeps a verified OCSP answer. False: the one held is newer, or of the same time and a revocation.</summary>
    public bool TryKeep(ReadOnlySpan<byte> serial, OcspAnswer answer, DateTimeOffset now)
    {
        while (true)
        {
            OcspAnswer? held = _answers.Find(serial);
            if (held is not null && (held.Result.ThisUpdate > answer.Result.ThisUpdate
                || (held.Result.ThisUpdate == answer.Result.ThisUpdate && held.Result.Status == RevocationStatus.Revoked && answer.Result.Status != RevocationStatus.Revoked)))
            {
                return false;
            }

            if (held is null && _answers.Count >= MaxAnswers)
            {
                MakeRoom(now);
            }

            answer.Inherit(held);

            if (_answers.TrySet(serial, answer, held))
            {
                return true;
            }
        }
    }

    /// <summary>Finds why nothing could be got, if it was tried lately; an empty serial number is the CRL's.</summary>
    /// <remarks>One that would hold for longer than any is of a clock that was set back.</remarks>
    public RevocationFailure? FindFailure(ReadOnlySpan<byte> serial, DateTimeOffset now) =>
        _failures.Find(serial) is { } failure && now < failure.RetryAt && failure.RetryAt - now <= LongestPause ? failure : null;

    /// <summary>Finds why nothing could be got the last time, however long ago.</summary>
    public RevocationFailure? LastFailure(ReadOnlySpan<byte> serial) => _failures.Find(serial);

    public void KeepFailure(ReadOnlySpan<byte> serial, RevocationFailure failure)
    {
        if (_failures.Count >= MaxAnswers)
        {
            _failures.Clear();
        }

        _failures.Set(serial, failure);
    }

    public void ForgetFailure(ReadOnlySpan<byte> serial) => _failures.Remove(serial);

    /// <summary>Finds what is known about one place where a CRL is.</summary>
    public CrlPlace? FindPlace(ReadOnlySpan<byte> place) => _places.Find(place);

    /// <summary>Keeps what lets the next fetch ask only for something newer.</summary>
    public void KeepPlace(ReadOnlySpan<byte> place, CrlPlace known)
    {
        if (_places.Count < MaxPlaces || _places.Find(place) is not null)
        {
            // A tag is any text of the server's; a long one is not worth its room.
            _places.Set(place, known.Tag.EntityTag is { Length: > CrlPlace.MaxTagLength } ? known with { Tag = default } : known);
        }
    }

    public void ForgetPlace(ReadOnlySpan<byte> place) => _places.Remove(place);

    public void KeepResponder(Uri url)
    {
        if (_responders.Count < MaxResponders)
        {
            _responders.TryAdd(url, 0);
        }
    }

    /// <summary>Gets what names an answer of this authority in a store.</summary>
    public string StoreKeyOf(RevocationSource source, Uri url, ReadOnlySpan<byte> serial) => source == RevocationSource.Crl
        ? StoreKey.OfCrl(_issuer.Name, _issuer.EncodedKey, _anchorKey, url)
        : StoreKey.OfOcsp(_issuer.Name, _issuer.EncodedKey, _anchorKey, url, serial);

    /// <summary>Gets the names of all answers that may be stored.</summary>
    public IEnumerable<string> StoreKeys() =>
        _places.All.Select(place => StoreKeyOf(RevocationSource.Crl, place.Value.Url, default))
            .Concat(_responders.Keys.SelectMany(url => _answers.All.Select(answer => StoreKeyOf(RevocationSource.Ocsp, url, answer.Key))));

    /// <summary>Tells whether the issuer itself signed a CRL.</summary>
    public bool IsSigner(ParsedCrl crl) => DistinguishedName.AreEqual(crl.IssuerName, _issuer.Name) && crl.Signature.IsBy(_issuer.AsSigner());

    /// <summary>Gets what the issuer's own CRLs say of a certificate that it issued: of a responder's, for example.</summary>
    public RevocationStatus StatusByCrl(ParsedCertificate issued, DateTimeOffset now)
    {
        RevocationStatus status = RevocationStatus.Unknown;
        foreach (ParsedCrl crl in Crls.All)
        {
            if (crl.IsDelta || crl.UnknownCritical is not null || !IsSigner(crl) || !crl.Scope.Covers(issued, default))
            {
                continue;
            }

            if (crl.TryFind(issued, out CrlEntry entry) && entry.Reason != X509RevocationReason.RemoveFromCrl)
            {
                return RevocationStatus.Revoked;
            }

            if (crl.ThisUpdate <= now && now < crl.NextUpdate && crl.Scope.ReasonsFor(null) == RevocationReasons.All)
            {
                status = RevocationStatus.Good;
            }
        }

        return status;
    }

    /// <summary>Gets about how much memory it holds, in octets.</summary>
    public long Weigh() => Crls.All.Sum(WeightOf) + ((_answers.Count + _failures.Count + _places.Count) * (long)EntryOctets);

    /// <summary>Gets about how much memory a CRL holds, in octets.</summary>
    public static long WeightOf(ParsedCrl crl) => crl.Entries.Size + (4 * EntryOctets);

    public void Forget()
    {
        _places.Clear();
        Volatile.Write(ref _crls, CrlSet.Empty);
        _answers.Clear();
        _failures.Clear();
    }

    public bool Forget(ReadOnlySpan<byte> serial)
    {
        _failures.Remove(serial);
        return _answers.Remove(serial);
    }

    // An answer that is dropped while it is of use is asked for again.
    private void MakeRoom(DateTimeOffset now)
    {
        foreach ((byte[] serial, OcspAnswer answer) in _answers.All)
        {
            if (answer.Result.Until <= now)
            {
                _answers.Remove(serial);
            }
        }

        foreach ((byte[] serial, OcspAnswer answer) in _answers.All)
        {
            if (_answers.Count <= MaxAnswers - (MaxAnswers / 8))
            {
                return;
            }

            _answers.Remove(serial);
        }
    }
}
