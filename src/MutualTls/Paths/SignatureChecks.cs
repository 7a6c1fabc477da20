using MutualTls.Certificates;
using MutualTls.Trust;

namespace MutualTls.Paths;

/// <summary>Names how one signature check ended.</summary>
internal enum SignatureOutcome
{
    Valid,
    Invalid,

    /// <summary>The issuer's key cannot be imported: a point off the curve, or an algorithm that this platform lacks.</summary>
    KeyUnusable,

    BudgetExhausted,
}

/// <summary>Verifies signatures during one search, each pair of certificate and issuer at most once.</summary>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
internal sealed class SignatureChecks(SignatureMemo memo, CandidatePool pool)
{
    // At most PathBudget.MaxSignatureChecks entries, mostly one to three: searched from the front.
    private readonly List<(ParsedCertificate Certificate, object Issuer, SignatureOutcome Outcome)> _done = [];

    /// <summary>Gets how many checks were made.</summary>
    public (int Good, int Bad) Counted
    {
        get
        {
            int good = 0;
            foreach ((_, _, SignatureOutcome outcome) in _done)
            {
                good += outcome == SignatureOutcome.Valid ? 1 : 0;
            }

            return (good, _done.Count - good);
        }
    }

    public void Clear() => _done.Clear();

    /// <summary>Gets how many certificates that the peer presented have a signature that failed, under whatever keys. What the pool put on a path is none of his doing.</summary>
    public int CountForged(PathBuilder builder)
    {
        int count = 0;
        for (int i = 0; i < _done.Count; i++)
        {
            count += _done[i].Outcome == SignatureOutcome.Invalid && !IsForged(_done[i].Certificate, before: i) && !builder.IsOfPoolAlone(_done[i].Certificate) ? 1 : 0;
        }

        return count;
    }

    public SignatureOutcome Check(ParsedCertificate certificate, ParsedCertificate issuer, ref PathBudget budget) =>
        Known(certificate, issuer, issuer.SubjectPublicKeyInfo) ?? Verify(certificate, issuer, ref budget);

    public SignatureOutcome Check(ParsedCertificate certificate, TrustAnchor anchor, ref PathBudget budget) =>
        Known(certificate, anchor, anchor.EncodedKey) ?? Verify(certificate, anchor, ref budget);

    /// <summary>Tells whether this pair was found invalid, so that the builder need not try it again.</summary>
    public bool IsKnownInvalid(ParsedCertificate certificate, object issuer) => Find(certificate, issuer) is SignatureOutcome.Invalid or SignatureOutcome.KeyUnusable;

    private SignatureOutcome? Known(ParsedCertificate certificate, object issuer, ReadOnlySpan<byte> issuerKey) =>
        Find(certificate, issuer) ?? (memo.Knows(certificate, issuerKey) ? SignatureOutcome.Valid : null);

    private SignatureOutcome? Find(ParsedCertificate certificate, object issuer)
    {
        foreach ((ParsedCertificate doneCertificate, object doneIssuer, SignatureOutcome outcome) in _done)
        {
            if (ReferenceEquals(doneCertificate, certificate) && ReferenceEquals(doneIssuer, issuer))
            {
                return outcome;
            }
        }

        return null;
    }

    private SignatureOutcome Verify(ParsedCertificate certificate, object issuer, ref PathBudget budget)
    {
        if (!budget.TakeSignatureCheck())
        {
            return SignatureOutcome.BudgetExhausted;
        }

        TrustAnchor? anchor = issuer as TrustAnchor;
        VerificationKey? key = anchor is not null ? anchor.GetVerificationKey() : ((ParsedCertificate)issuer).GetVerificationKey();
        SignatureOutcome outcome = key is null ? SignatureOutcome.KeyUnusable
            : key.Supports(certificate.SignatureAlgorithm) && key.Verify(certificate.SignatureAlgorithm, certificate.Tbs, certificate.Signature)
                ? SignatureOutcome.Valid
            : SignatureOutcome.Invalid;
        _done.Add((certificate, issuer, outcome));
        if (outcome == SignatureOutcome.Valid && certificate.IsCa)
        {
            pool.AddOfStranger(certificate);
            memo.RememberOfStranger(certificate, anchor is not null ? anchor.EncodedKey : ((ParsedCertificate)issuer).SubjectPublicKeyInfo);
        }

        return outcome;
    }

    private bool IsForged(ParsedCertificate certificate, int before)
    {
        for (int i = 0; i < before; i++)
        {
            if (ReferenceEquals(_done[i].Certificate, certificate) && _done[i].Outcome == SignatureOutcome.Invalid)
            {
                return true;
            }
        }

        return false;
    }
}
