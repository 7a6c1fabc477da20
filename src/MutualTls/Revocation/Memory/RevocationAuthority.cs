using System.Security.Cryptography.X509Certificates;
using MutualTls.Certificates;
using MutualTls.Encoding;
using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Revocation.Crl;
using MutualTls.Revocation.Fetching;
using MutualTls.Revocation.Ocsp;

namespace MutualTls.Revocation.Memory;

/// <summary>Holds what was fetched about the certificates of one issuer under one anchor: verified answers, and what could not be got.</summary>
/// <remarks>By name and key of the issuer and the anchor of the path (RFC 5280 section 6.3.3 (f)): a CA of the same name elsewhere shares nothing.</remarks>
/// <threadsafety>Safe from any thread; reads take no lock.</threadsafety>
internal sealed class RevocationAuthority
{
    /// <summary>As many peers of one issuer as a large site has at once; each answer takes some 200 bytes.</summary>
    public const int MaxAnswers = 100_000;

    private readonly OcspIssuer _issuer;
    private readonly byte[] _anchorKey;
    private readonly OctetTable<OcspAnswer> _answers = new();
    private readonly OctetTable<RevocationFailure> _failures = new();
    private readonly OctetTable<Tag> _tags = new();
    private CrlSet _crls = CrlSet.Empty;

    public RevocationAuthority(VerifiedPath path, int depth)
    {
        _issuer = OcspIssuer.Of(path, depth);
        _anchorKey = path.Anchor.EncodedKey.ToArray();
    }

    public OcspIssuer Issuer => _issuer;

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

            if (ReferenceEquals(Interlocked.CompareExchange(ref _crls, next, held), held))
            {
                return true;
            }
        }
    }

    public OcspAnswer? FindAnswer(ReadOnlySpan<byte> serial)
    {
        if (_answers.Find(serial) is not { } answer)
        {
            return null;
        }

        answer.WasRead = true;
        return answer;
    }

    /// <summary>Keeps a verified OCSP answer. False: the one held is newer, or there is no room.</summary>
    public bool TryKeep(ReadOnlySpan<byte> serial, OcspAnswer answer, DateTimeOffset now)
    {
        while (true)
        {
            OcspAnswer? held = _answers.Find(serial);
            if (held is not null && held.Result.ThisUpdate > answer.Result.ThisUpdate)
            {
                return false;
            }

            if (held is null && _answers.Count >= MaxAnswers && !DropExpired(now))
            {
                return false;
            }

            if (_answers.TrySet(serial, answer, held))
            {
                return true;
            }
        }
    }

    /// <summary>Finds why nothing could be got, if it was tried lately; an empty serial number is the CRL's.</summary>
    public RevocationFailure? FindFailure(ReadOnlySpan<byte> serial, DateTimeOffset now) => _failures.Find(serial) is { } failure && now < failure.RetryAt ? failure : null;

    public void KeepFailure(ReadOnlySpan<byte> serial, RevocationFailure failure)
    {
        if (_failures.Count >= MaxAnswers)
        {
            _failures.Clear();
        }

        _failures.Set(serial, failure);
    }

    public void ForgetFailure(ReadOnlySpan<byte> serial) => _failures.Remove(serial);

    public FetchTag FindTag(ReadOnlySpan<byte> place) => _tags.Find(place) is { } tag ? tag.Value : default;

    /// <summary>Keeps what lets the next fetch ask only for something newer.</summary>
    public void KeepTag(ReadOnlySpan<byte> place, FetchTag tag)
    {
        if (tag != default && _tags.Count < MaxAnswers)
        {
            _tags.Set(place, new Tag(tag));
        }
    }

    /// <summary>Tells whether an answer is held that no judgement has read since it came.</summary>
    public bool FindUnread(ReadOnlySpan<byte> serial) => _answers.Find(serial) is { WasRead: false };

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

    public void Forget()
    {
        _tags.Clear();
        Volatile.Write(ref _crls, CrlSet.Empty);
        _answers.Clear();
        _failures.Clear();
    }

    public bool Forget(ReadOnlySpan<byte> serial)
    {
        _failures.Remove(serial);
        return _answers.Remove(serial);
    }

    private sealed record Tag(FetchTag Value);

    private bool DropExpired(DateTimeOffset now)
    {
        int before = _answers.Count;
        foreach ((byte[] serial, OcspAnswer answer) in _answers.All)
        {
            if (answer.Result.Until <= now)
            {
                _answers.Remove(serial);
            }
        }

        return _answers.Count < before;
    }
}

/// <summary>One verified OCSP answer.</summary>
internal sealed class OcspAnswer(OcspResult result)
{
    public OcspResult Result => result;

    /// <summary>Whether a judgement has read it: only then is it worth asking again before it ends.</summary>
    public bool WasRead { get; set; }
}

/// <summary>Why nothing could be got, and until when it is not tried again.</summary>
internal sealed record RevocationFailure(RevocationCause Cause, ValidationReason Reason, string Detail, DateTimeOffset RetryAt);
