using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using MutualTls.Certificates;
using MutualTls.Paths;
using MutualTls.Trust;

namespace MutualTls.Revocation.Crl;

/// <summary>Finds whose key signed a CRL, and whether that one may. RFC 5280 section 6.3.3 (f) and (g).</summary>
/// <remarks>
/// Most often it is the issuer on the path. Else it is another certificate of the CRL issuer, which needs a valid path of its own to the same
/// anchor; such a path is kept, so that the signer need not be presented again. Its name alone would let every CA below the anchor make one that speaks
/// for another CA, so an authority on the path must have issued it; the bare standard does not ask that.
/// </remarks>
/// <threadsafety>Safe from any thread; takes no lock.</threadsafety>
/// <param name="parameters">How paths of signers are validated.</param>
/// <param name="before">What was found for the CRLs whose place others have taken; null for none.</param>
internal sealed class CrlSigners(PathParameters parameters, CrlSigners? before = null)
{
    // Each costs a signature check. A CRL issuer has one key, or two at a rollover.
    private const int MaxCandidates = 16;

    // Signers whose CRLs were renewed: most often they signed the next one too.
    private const int MaxEarlier = 64;

    private readonly ParsedCertificate[] _earlier = before is null ? [] : [.. before._known.Values.Select(path => path.EndEntity).Concat(before._earlier).Distinct().Take(MaxEarlier)];

    // Holds at most one path for each CRL and anchor of the policy.
    private readonly ConcurrentDictionary<(ParsedCrl Crl, TrustAnchor Anchor), VerifiedPath> _known = new();

    /// <summary>Finds the signer of a CRL about a certificate of a verified path.</summary>
    /// <param name="crl">The CRL.</param>
    /// <param name="path">The path.</param>
    /// <param name="depth">The depth of the certificate.</param>
    /// <param name="question">What else is at hand, and who is being checked already.</param>
    /// <param name="checker">Checks a signer that is not on the path.</param>
    /// <param name="signer">The signer.</param>
    public bool TryFind(ParsedCrl crl, VerifiedPath path, int depth, in CrlQuestion question, CrlChecker checker, out CrlSigner signer) =>
        TryFindAbove(crl, path, depth, out signer) || TryFindOther(crl, path, depth, question, checker, out signer);

    // A certificate does not vouch for itself, so only what lies above it counts.
    private static bool TryFindAbove(ParsedCrl crl, VerifiedPath path, int depth, out CrlSigner signer)
    {
        ReadOnlySpan<ParsedCertificate> certificates = path.Span;
        for (int above = depth + 1; above <= certificates.Length; above++)
        {
            signer = above < certificates.Length ? new CrlSigner(certificates[above]) : new CrlSigner(path.Anchor);
            if (IsSigner(signer, crl))
            {
                return true;
            }
        }

        signer = default;
        return false;
    }

    private static bool IsSigner(CrlSigner signer, ParsedCrl crl) =>
        signer.MaySignCrls && DistinguishedName.AreEqual(signer.Name, crl.IssuerName) && crl.Signature.IsBy(signer);

    private bool TryFindOther(ParsedCrl crl, VerifiedPath path, int depth, in CrlQuestion question, CrlChecker checker, out CrlSigner signer)
    {
        TrustAnchor anchor = path.Anchor;
        signer = default;

        // The CRL that tells of its own signer's status is signed by that signer: that is asked already.
        if (question.Signers.TryFind(crl, out signer))
        {
            return true;
        }

        if (_known.TryGetValue((crl, anchor), out VerifiedPath? known) && known.NotBefore <= question.Now && question.Now < known.Until && IsIssuedOn(path, depth, known))
        {
            bool good = IsNotRevoked(known, question, checker, out DateTimeOffset until);
            signer = new CrlSigner(known.EndEntity, until);
            return good;
        }

        int candidates = MaxCandidates;
        return TryFindAmong(question.Pool.Named(crl.IssuerNameHash), crl, path, depth, question, checker, ref candidates, out signer)
            || TryFindAmong(_earlier, crl, path, depth, question, checker, ref candidates, out signer)
            || TryFindAmong(question.Presented, crl, path, depth, question, checker, ref candidates, out signer);
    }

    private bool TryFindAmong(
        ReadOnlySpan<ParsedCertificate> certificates, ParsedCrl crl, VerifiedPath path, int depth, in CrlQuestion question, CrlChecker checker, ref int candidates, out CrlSigner signer)
    {
        foreach (ParsedCertificate certificate in certificates)
        {
            signer = new CrlSigner(certificate);
            if (certificate.SubjectNameHash == crl.IssuerNameHash && candidates-- > 0 && IsSigner(signer, crl)
                && FindPath(certificate, path.Anchor, question) is { } own && IsIssuedOn(path, depth, own) && IsNotRevoked(own, question, checker, out DateTimeOffset until))
            {
                signer = new CrlSigner(certificate, until);
                _known[(crl, path.Anchor)] = own;
                return true;
            }
        }

        signer = default;
        return false;
    }

    private bool IsIssuedOn(VerifiedPath path, int depth, VerifiedPath signer)
    {
        if (parameters.Preset == RulePreset.Rfc5280 || signer.Span.Length == 1)
        {
            return true;
        }

        ReadOnlySpan<byte> issuer = signer.Span[1].SubjectPublicKeyInfo;
        for (int above = depth + 1; above < path.Span.Length; above++)
        {
            if (path.Span[above].SubjectPublicKeyInfo.SequenceEqual(issuer))
            {
                return true;
            }
        }

        return path.Anchor.EncodedKey.SequenceEqual(issuer);
    }

    private VerifiedPath? FindPath(ParsedCertificate certificate, TrustAnchor anchor, in CrlQuestion question)
    {
        PathParameters sameAnchor = new()
        {
            Anchors = new TrustAnchorSet([anchor]),
            Preset = parameters.Preset,
            Algorithms = parameters.Algorithms,
            MaxIntermediates = parameters.MaxIntermediates,
        };
        PathFinder finder = new(question.Memo, question.Pool);
        finder.Begin(certificate, question.Presented, sameAnchor, PathPurpose.Any, question.Now);
        return finder.Next();
    }

    private static bool IsNotRevoked(VerifiedPath path, in CrlQuestion question, CrlChecker checker, out DateTimeOffset until)
    {
        until = path.Until;
        CrlQuestion nested = question;
        if (!nested.Signers.TryAdd(path.EndEntity))
        {
            return false;
        }

        for (int depth = 0; depth < path.Span.Length; depth++)
        {
            RevocationResult result = checker.Check(path, depth, nested);
            if (result.Status == RevocationStatus.Revoked || (result.Status != RevocationStatus.Good && question.SignerMustBeGood))
            {
                return false;
            }

            until = result.Status == RevocationStatus.Good && result.Until < until ? result.Until.Value : until;
        }

        return true;
    }
}

/// <summary>What a check of CRLs has at hand beside the path.</summary>
internal ref struct CrlQuestion
{
    /// <summary>What else the peer presented.</summary>
    public required ReadOnlySpan<ParsedCertificate> Presented { get; init; }

    public required CandidatePool Pool { get; init; }

    public required SignatureMemo Memo { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>Whether the signer of a CRL that is not on the path must be known not to be revoked; if not, not known to be revoked is enough.</summary>
    public required bool SignerMustBeGood { get; init; }

    /// <summary>The signers whose own status is being asked for.</summary>
    public SignersAsked Signers;
}

/// <summary>The signers whose own status is being asked for, so that the question does not go round in circles.</summary>
internal struct SignersAsked
{
    // A signer of CRLs about a signer of CRLs: none deeper is in use.
    private const int Max = 3;

    private AskedSlots _certificates;
    private int _count;

    public bool TryAdd(ParsedCertificate signer)
    {
        if (_count == Max)
        {
            return false;
        }

        _certificates[_count++] = signer;
        return true;
    }

    public readonly bool TryFind(ParsedCrl crl, out CrlSigner signer)
    {
        for (int i = 0; i < _count; i++)
        {
            signer = new CrlSigner(_certificates[i]);
            if (DistinguishedName.AreEqual(signer.Name, crl.IssuerName) && crl.Signature.IsBy(signer))
            {
                return true;
            }
        }

        signer = default;
        return false;
    }

    [InlineArray(Max)]
    private struct AskedSlots
    {
        private ParsedCertificate _first;
    }
}
