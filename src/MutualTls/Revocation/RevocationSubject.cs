using MutualTls.Certificates;
using MutualTls.Paths;
using MutualTls.Revocation.Crl;
using MutualTls.Revocation.Memory;

namespace MutualTls.Revocation;

/// <summary>One certificate of a verified path that is asked about, and by whose rules.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed record RevocationSubject(
    VerifiedPath Path, int Depth, RevocationChecker Checker, RevocationMemory Memory, ParsedCertificate[] Presented, CandidatePool Pool, SignatureMemo Signatures)
{
    public ParsedCertificate Certificate => Path.Span[Depth];

    public ReadOnlySpan<byte> Serial => Certificate.SerialNumberBytes;

    /// <summary>Gets what this place's failures are kept under: a CRL is about all certificates of the issuer, an OCSP answer about one.</summary>
    public byte[] KeyOf(AskedPlace place) =>
        [.. System.Text.Encoding.ASCII.GetBytes($"{(place.IsDelta ? "Delta" : place.Source)} {place.Url.AbsoluteUri} "), .. place.Source == RevocationSource.Ocsp ? Serial : default];

    /// <summary>Gets what is known now.</summary>
    public RevocationResult Read(DateTimeOffset now)
    {
        RevocationResult[] results = new RevocationResult[Path.Span.Length];
        Checker.Check(Path, At(now), results);
        return results[Depth];
    }

    /// <summary>Gets the fetched CRL that tells of the certificate, with its delta; null if there is none.</summary>
    public CrlUse? CrlInUse(DateTimeOffset now)
    {
        if (Memory.Find(Path, Depth) is not { } authority)
        {
            return null;
        }

        new CrlChecker(authority.Crls, Checker.Parameters, Checker.Rules.StaleGrace).Check(Path, Depth, At(now).Ask(Checker.Rules), out CrlUse? use);
        return use;
    }

    /// <summary>Gets when what a place said ends by its own word: the grace is for a source that fails, not for one that was not asked.</summary>
    public DateTimeOffset? FreshUntil(AskedPlace place, DateTimeOffset now)
    {
        if (place.Source == RevocationSource.Crl && CrlInUse(now) is { } use)
        {
            return place.IsDelta ? use.Delta?.NextUpdate : use.Delta is null || use.Complete.NextUpdate > now ? use.Complete.NextUpdate : use.Delta.NextUpdate;
        }

        return Read(now).Until is { } until && until < DateTimeOffset.MaxValue ? until - Checker.Rules.StaleGrace : null;
    }

    public RevocationContext At(DateTimeOffset now) => new() { Presented = Presented, Pool = Pool, Memo = Signatures, Memory = Memory, Now = now, Reading = RevocationReading.Upkeep };
}
