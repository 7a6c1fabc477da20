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

    /// <summary>Gets how many certificates have a signature that failed, under whatever keys.</summary>
    public int Forged { get; private set; }

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

    public void Clear()
    {
        _done.Clear();
        Forged = 0;
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
        Forged += outcome == SignatureOutcome.Invalid && !IsForged(certificate) ? 1 : 0;
        _done.Add((certificate, issuer, outcome));
        if (outcome == SignatureOutcome.Valid && certificate.IsCa)
        {
            pool.AddOfStranger(certificate);
            memo.RememberOfStranger(certificate, anchor is not null ? anchor.EncodedKey : ((ParsedCertificate)issuer).SubjectPublicKeyInfo);
        }

        return outcome;
    }

    private bool IsForged(ParsedCertificate certificate)
    {
        foreach ((ParsedCertificate doneCertificate, _, SignatureOutcome outcome) in _done)
        {
            if (ReferenceEquals(doneCertificate, certificate) && outcome == SignatureOutcome.Invalid)
            {
                return true;
            }
        }

        return false;
    }
}
