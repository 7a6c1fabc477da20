using System.Security.Cryptography.X509Certificates;
using MutualTls.Certificates;
using MutualTls.Encoding;
using MutualTls.Paths;

namespace MutualTls.Revocation.Crl;

/// <summary>Decides from CRLs in memory whether a certificate of a verified path is revoked. RFC 5280 section 6.3.3.</summary>
/// <remarks>Reads no file and no network, and allocates nothing while the signers are on the path. The letters in the code are those of the section.</remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
/// <param name="crls">The CRLs.</param>
/// <param name="parameters">How paths of signers are validated.</param>
/// <param name="staleGrace">For how long after its time a CRL still counts as fresh.</param>
/// <param name="before">The checker whose place this one takes; null for none.</param>
internal sealed class CrlChecker(CrlSet crls, PathParameters parameters, TimeSpan staleGrace, CrlChecker? before = null)
{
    // Room for a name relative to a CRL issuer, in full.
    private const int MaxNameLength = 1024;

    private readonly CrlSigners _signers = new(parameters, before?._signers);

    public CrlSet Crls => crls;

    /// <summary>Checks one certificate. Of unknown status, the cause is the one nearest to an answer; <see cref="RevocationCause.None"/>: no CRL is about it.</summary>
    public RevocationResult Check(VerifiedPath path, int depth, in CrlQuestion question) => Check(path, depth, question, out _);

    /// <summary>Does the same, and tells which CRL the result rests on; the last one, if several were needed.</summary>
    public RevocationResult Check(VerifiedPath path, int depth, in CrlQuestion question, out CrlUse? use)
    {
        Tally tally = new() { Depth = depth };
        ParsedCertificate certificate = path.Span[depth];
        DerReader extension = new(certificate.ExtensionValue(ExtensionKind.CrlDistributionPoints));
        if (extension.TryOpen(DerTag.Sequence, out DerReader points))
        {
            while (!tally.IsDone && !points.IsEmpty && DistributionPoint.TryRead(ref points, out DistributionPoint point))
            {
                Check(path, depth, point, question, ref tally);
            }
        }

        // The last paragraph: CRLs of the issuer that no distribution point led to.
        if (!tally.IsDone)
        {
            Check(path, depth, DistributionPoint.Implied(certificate), question, ref tally);
        }

        use = tally.Use;
        return tally.ToResult();
    }

    // (b)(1): the CRLs of the certificate's issuer, or of the one that the point names.
    private void Check(VerifiedPath path, int depth, DistributionPoint point, in CrlQuestion question, ref Tally tally)
    {
        ParsedCertificate certificate = path.Span[depth];
        if (point.CrlIssuer.IsEmpty)
        {
            Check(path, depth, point, certificate.IssuerName, certificate.IssuerNameHash, question, ref tally);
            return;
        }

        DerReader names = new(point.CrlIssuer);
        while (!tally.IsDone && !names.IsEmpty && GeneralName.TryRead(ref names, out GeneralName name))
        {
            if (name.Kind == GeneralNameKind.DirectoryName)
            {
                ReadOnlySpan<byte> issuer = name.Value.Of(point.CrlIssuer);
                Check(path, depth, point, issuer, DistinguishedName.PreparedHash(issuer), question, ref tally);
            }
        }
    }

    private void Check(
        VerifiedPath path, int depth, DistributionPoint point, ReadOnlySpan<byte> issuer, int issuerHash, in CrlQuestion question, ref Tally tally)
    {
        // (b)(2)(i): the names of the point, or where it has none those of its cRLIssuer.
        Span<byte> buffer = stackalloc byte[MaxNameLength];
        int length = 0;
        if (!point.RelativeName.IsEmpty && !PointNames.TryExpand(issuer, point.RelativeName, buffer, out length))
        {
            return;
        }

        PointNames names = new(point.FullName, length > 0 ? buffer[..length] : point.DirectoryName);
        names = names.IsEmpty ? new PointNames(point.CrlIssuer, default) : names;
        foreach (ParsedCrl crl in crls.Named(issuerHash))
        {
            if (tally.IsDone)
            {
                return;
            }

            if (!crl.IsDelta && DistinguishedName.AreEqual(crl.IssuerName, issuer)
                && (point.CrlIssuer.IsEmpty || crl.Scope.IsIndirect) && crl.Scope.Covers(path.Span[depth], names))
            {
                Use(crl, crl.Scope.ReasonsFor(point.Reasons), path, depth, question, ref tally);
            }
        }
    }

    // (c) to (l)
    private void Use(ParsedCrl crl, RevocationReasons reasons, VerifiedPath path, int depth, in CrlQuestion question, ref Tally tally)
    {
        // (e): CRLs come newest first, so that of one series only the newest usable one is read.
        if ((reasons & ~tally.Reasons) == 0)
        {
            return;
        }

        // RFC 5280 5.2 and 5.3: not to be used for any certificate.
        if (crl.UnknownCritical is not null)
        {
            tally.Note(RevocationCause.Unsupported, crl.ThisUpdate, crl.NextUpdate);
            return;
        }

        // What section 5.2 asks of CRL issuers; a CRL that breaks it is usable by the bare standard.
        if (IsAgainstProfile(crl))
        {
            tally.Note(RevocationCause.Malformed, crl.ThisUpdate, crl.NextUpdate);
            return;
        }

        // (f) and (g)
        if (!_signers.TryFind(crl, path, depth, question, this, out CrlSigner signer))
        {
            tally.Note(RevocationCause.SignerInvalid, crl.ThisUpdate, crl.NextUpdate);
            return;
        }

        // (c), (h): complete and delta together are a complete CRL of the delta's dates (5.2.4). One past its time still tells what was revoked in it.
        ParsedCrl? delta = crls.FindDelta(crl, signer, question.Now, out ParsedCrl? past) is { } found && !IsAgainstProfile(found) ? found : null;
        ParsedCrl newest = delta ?? crl;
        tally.Use = new CrlUse(crl, delta);
        DateTimeOffset? until = newest.NextUpdate is not { } next ? null : next < DateTimeOffset.MaxValue - staleGrace ? next + staleGrace : DateTimeOffset.MaxValue;

        // (i), (j), (k)
        CrlEntry entry = default;
        bool listed = (past is not null && past.TryFind(path.Span[depth], out entry) && entry.Reason != X509RevocationReason.RemoveFromCrl)
            || (delta is not null && delta.TryFind(path.Span[depth], out entry)) || crl.TryFind(path.Span[depth], out entry);
        if (listed && entry.Reason != X509RevocationReason.RemoveFromCrl)
        {
            // A list past its time still tells what was revoked in it.
            tally.Revoke(entry, newest.ThisUpdate, until);
        }
        else if (newest.ThisUpdate > question.Now || !(question.Now < until))
        {
            tally.Note(RevocationCause.Stale, newest.ThisUpdate, until);
        }
        else
        {
            tally.Cover(reasons, newest.ThisUpdate, signer.Until < until ? signer.Until : until.Value);
        }
    }

    private bool IsAgainstProfile(ParsedCrl crl) => parameters.Preset == RulePreset.Strict && crl.ProfileFault is not null;

    /// <summary>What the CRLs read so far say together. RFC 5280 section 6.3.2.</summary>
    private struct Tally
    {
        private RevocationCause _cause;
        private CrlEntry? _revoked;
        private DateTimeOffset? _thisUpdate;
        private DateTimeOffset? _until;

        public int Depth { get; init; }

        /// <summary>Gets or sets the last CRL that was read.</summary>
        public CrlUse? Use { get; set; }

        /// <summary>Gets reasons_mask: what usable CRLs have covered.</summary>
        public RevocationReasons Reasons { get; private set; }

        public readonly bool IsDone => _revoked is not null || Reasons == RevocationReasons.All;

        /// <summary>(l)</summary>
        public void Cover(RevocationReasons reasons, DateTimeOffset thisUpdate, DateTimeOffset until)
        {
            bool first = Reasons == RevocationReasons.None;
            Reasons |= reasons;
            _thisUpdate = first || thisUpdate < _thisUpdate ? thisUpdate : _thisUpdate;
            _until = first || until < _until ? until : _until;
        }

        public void Revoke(CrlEntry entry, DateTimeOffset thisUpdate, DateTimeOffset? until) => (_revoked, _thisUpdate, _until) = (entry, thisUpdate, until);

        /// <summary>Remembers why a CRL that is about the certificate could not be used.</summary>
        public void Note(RevocationCause cause, DateTimeOffset thisUpdate, DateTimeOffset? until)
        {
            if (cause > _cause && Reasons == RevocationReasons.None)
            {
                (_cause, _thisUpdate, _until) = (cause, thisUpdate, until);
            }
        }

        public readonly RevocationResult ToResult() => new()
        {
            Depth = Depth,
            Status = _revoked is not null ? RevocationStatus.Revoked : IsDone ? RevocationStatus.Good : RevocationStatus.Unknown,
            Cause = IsDone ? RevocationCause.None : Reasons != RevocationReasons.None ? RevocationCause.ReasonsIncomplete : _cause,
            Source = _thisUpdate is null ? RevocationSource.None : RevocationSource.Crl,
            Detail = Use is { Delta: null, Complete.DeltaProblem: { } problem } ? problem : null,
            ThisUpdate = _thisUpdate,
            Until = _until,
            Reason = _revoked?.Reason,
            RevokedAt = _revoked?.RevokedAtTime,
        };
    }
}
