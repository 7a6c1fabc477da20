using System.Security.Cryptography;
using MutualTls.Certificates;
using MutualTls.Paths;
using MutualTls.Revocation.Crl;

namespace MutualTls.Revocation;

/// <summary>Puts in order where one certificate is asked about: what the policy names, then what the certificate does; OCSP and CRLs by preference.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed class RevocationPlaces(IEnumerable<RevocationPlace> named, RevocationPreference preference)
{
    // A certificate that names more is not asked about further: each costs a request.
    private const int MaxOfOneKind = 8;

    private readonly RevocationPlace[] _named = [.. named];

    public bool AreNamed => _named.Length > 0;

    /// <summary>Tells whether there is a place to ask about a certificate. Allocates nothing.</summary>
    public bool Any(VerifiedPath path, int depth)
    {
        ParsedCertificate certificate = path.Span[depth];
        RevocationPreference allowed = OnlyOcspWillDo(certificate, depth) ? RevocationPreference.OcspOnly : preference;
        foreach (RevocationPlace place in _named)
        {
            if (allowed != (place.Source == RevocationSource.Crl ? RevocationPreference.OcspOnly : RevocationPreference.CrlOnly) && IsFor(place, path, depth))
            {
                return true;
            }
        }

        return RevocationPointers.Any(certificate, allowed);
    }

    /// <summary>Gets the places that a certificate names, whatever a policy prefers.</summary>
    public static IReadOnlyList<AskedPlace> PointersOf(ParsedCertificate certificate) =>
    [
        .. Read(RevocationPointers.CrlUrls(certificate)).Select(url => new AskedPlace(RevocationSource.Crl, url)).Take(MaxOfOneKind),
        .. Read(RevocationPointers.DeltaUrls(certificate, complete: null)).Take(MaxOfOneKind).Select(AskedPlace.Delta),
        .. Read(RevocationPointers.OcspUrls(certificate)).Select(url => new AskedPlace(RevocationSource.Ocsp, url)).Take(MaxOfOneKind),
    ];

    /// <summary>Gets the places to ask, the first first.</summary>
    public IReadOnlyList<AskedPlace> Of(VerifiedPath path, int depth)
    {
        RevocationPlace[] named = NamedFor(path, depth);
        IReadOnlyList<AskedPlace> Kind(RevocationSource source, IReadOnlyList<string> pointers) =>
        [
            .. named.Where(place => place.Source == source).Select(place => place.Url)
                .Concat(Array.Exists(named, place => place.Source == source && place.Use == RevocationPlaceUse.InsteadOfPointers) ? [] : Read(pointers))
                .Distinct().Take(MaxOfOneKind).Select(url => new AskedPlace(source, url)),
        ];
        ParsedCertificate certificate = path.Span[depth];
        IReadOnlyList<AskedPlace> crls = preference == RevocationPreference.OcspOnly ? [] : Kind(RevocationSource.Crl, RevocationPointers.CrlUrls(certificate));
        IReadOnlyList<AskedPlace> responders = preference == RevocationPreference.CrlOnly ? [] : Kind(RevocationSource.Ocsp, RevocationPointers.OcspUrls(certificate));

        return OnlyOcspWillDo(certificate, depth) ? responders
            : preference == RevocationPreference.PreferOcsp ? [.. responders, .. crls]
            : [.. crls, .. responders];
    }

    /// <summary>Gets the places of delta CRLs, the first first: what the certificate and its complete CRL name. RFC 5280 sections 4.2.1.15 and 5.2.6.</summary>
    public IReadOnlyList<AskedPlace> DeltasOf(VerifiedPath path, int depth, ParsedCrl? complete) =>
        preference == RevocationPreference.OcspOnly || Array.Exists(NamedFor(path, depth), place => place is { Source: RevocationSource.Crl, Use: RevocationPlaceUse.InsteadOfPointers })
            ? []
            : [.. Read(RevocationPointers.DeltaUrls(path.Span[depth], complete)).Distinct().Take(MaxOfOneKind).Select(AskedPlace.Delta)];

    // RFC 7633: only a fresh answer about this very certificate will do.
    private bool OnlyOcspWillDo(ParsedCertificate certificate, int depth) => depth == 0 && certificate.Extensions.DemandsStaple && preference != RevocationPreference.CrlOnly;

    private RevocationPlace[] NamedFor(VerifiedPath path, int depth) => [.. _named.Where(place => IsFor(place, path, depth))];

    private static bool IsFor(RevocationPlace place, VerifiedPath path, int depth)
    {
        if (place.IssuerKeySha256 is not { } key)
        {
            return true;
        }

        ReadOnlySpan<byte> issuerKey = depth + 1 < path.Span.Length ? path.Span[depth + 1].SubjectPublicKeyInfo : path.Anchor.EncodedKey;
        Span<byte> stated = stackalloc byte[SHA256.HashSizeInBytes], actual = stackalloc byte[SHA256.HashSizeInBytes];
        return SHA256.HashData(issuerKey, actual) == actual.Length && Convert.FromHexString(key, stated, out _, out _) == System.Buffers.OperationStatus.Done && stated.SequenceEqual(actual);
    }

    private static IEnumerable<Uri> Read(IReadOnlyList<string> urls)
    {
        foreach (string text in urls)
        {
            if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url))
            {
                yield return url;
            }
        }
    }
}
