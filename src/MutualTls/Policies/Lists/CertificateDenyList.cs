using MutualTls.Certificates;
using MutualTls.Paths;

namespace MutualTls.Policies.Lists;

/// <summary>Holds certificates that are never accepted, whoever signed them: for when revocation is too slow or not to be had.</summary>
/// <remarks>
/// An entry is <c>certificate:</c> and the SHA-256 of a certificate, <c>key:</c> and the SHA-256 of a SubjectPublicKeyInfo as in a pin, or
/// <c>serial:</c>, the serial number as hexadecimal, <c>@</c> and the issuer's name (RFC 4514). Every certificate of a path is looked up, the trust anchor's too.
/// </remarks>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class CertificateDenyList
{
    private const int MaxErrors = 10;

    private readonly HashSet128 _certificates, _keys;
    private readonly Dictionary<int, DeniedIssuer[]> _issuers;

    private CertificateDenyList(HashSet128 certificates, HashSet128 keys, List<DeniedIssuer> issuers)
    {
        _certificates = certificates;
        _keys = keys;
        _issuers = issuers.GroupBy(issuer => DistinguishedName.PreparedHash(issuer.Name)).ToDictionary(group => group.Key, group => group.ToArray());
        Count = certificates.Count + keys.Count + issuers.Sum(issuer => issuer.Serials.Count);
    }

    /// <summary>Gets the list without entries.</summary>
    public static CertificateDenyList Empty { get; } = Create([], onError: null!);

    /// <summary>Gets how many entries there are.</summary>
    public int Count { get; }

    /// <summary>Makes a list.</summary>
    /// <param name="entries">The entries; empty ones and those that start with # are passed over.</param>
    /// <returns>The list.</returns>
    /// <exception cref="ArgumentException">An entry is malformed; the message names the first ten and what would be right.</exception>
    public static CertificateDenyList Parse(params IEnumerable<string> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        List<string> errors = [];
        CertificateDenyList list = Create(entries, (index, error) => errors.Add($"Entry {index + 1}: {error}"));
        return errors.Count == 0 ? list : throw new ArgumentException(
            string.Join(" ", errors.Take(MaxErrors)) + (errors.Count > MaxErrors ? $" And {errors.Count - MaxErrors} more." : ""), nameof(entries));
    }

    /// <summary>Reads a list from a file, one entry a line.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The list.</returns>
    /// <exception cref="ArgumentException">A line is malformed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static CertificateDenyList ReadFile(string path) => Parse(File.ReadLines(path));

    /// <summary>Makes a list of those entries that are well-formed, and tells of the others by their index.</summary>
    internal static CertificateDenyList Create(IEnumerable<string> entries, Action<int, string> onError)
    {
        List<UInt128> certificates = [], keys = [];
        Dictionary<string, List<UInt128>> serials = new(StringComparer.Ordinal);
        int index = 0;
        foreach (string text in entries)
        {
            if (!string.IsNullOrWhiteSpace(text) && !text.TrimStart().StartsWith('#'))
            {
                if (!DenyEntry.TryParse(text.Trim(), out DenyEntry entry, out string? wrong))
                {
                    onError(index, $"'{text}': {wrong}.");
                }
                else if (entry.Kind == DenyKind.Serial)
                {
                    if (!serials.TryGetValue(entry.Issuer, out List<UInt128>? ofIssuer))
                    {
                        serials.Add(entry.Issuer, ofIssuer = []);
                    }

                    ofIssuer.Add(Sha256Value.Of(entry.Serial).High);
                }
                else
                {
                    (entry.Kind == DenyKind.Certificate ? certificates : keys).Add(entry.Hash.High);
                }
            }

            index++;
        }

        return new CertificateDenyList(new HashSet128(certificates), new HashSet128(keys), [.. serials.Select(issuer => new DeniedIssuer(issuer.Key, issuer.Value))]);
    }

    internal bool ContainsCertificate(Sha256Value fingerprint) => _certificates.Contains(fingerprint.High);

    /// <summary>Looks up every certificate of a path.</summary>
    internal bool Contains(VerifiedPath path, out int depth, out string what)
    {
        ReadOnlySpan<ParsedCertificate> certificates = path.Span;
        for (depth = 0; depth < certificates.Length; depth++)
        {
            if (Contains(certificates[depth], out what))
            {
                return true;
            }
        }

        what = "";
        if (path.Kind == PathKind.DirectTrust)
        {
            return false;
        }

        return path.Anchor.Certificate is { } anchor ? Contains(anchor, out what) : HasKey(path.Anchor.EncodedKey, out what);
    }

    private bool Contains(ParsedCertificate certificate, out string what)
    {
        if (_certificates.Count > 0 && _certificates.Contains(Sha256Value.Of(certificate.Bytes).High))
        {
            what = $"certificate {certificate.Sha256Fingerprint}";
            return true;
        }

        return HasKey(certificate.SubjectPublicKeyInfo, out what) || HasSerial(certificate, out what);
    }

    private bool HasKey(ReadOnlySpan<byte> subjectPublicKeyInfo, out string what)
    {
        bool has = _keys.Count > 0 && _keys.Contains(Sha256Value.Of(subjectPublicKeyInfo).High);
        what = has ? $"key {Pinning.SpkiPin.OfKey(subjectPublicKeyInfo)}" : "";
        return has;
    }

    private bool HasSerial(ParsedCertificate certificate, out string what)
    {
        what = "";
        if (_issuers.Count == 0 || !_issuers.TryGetValue(certificate.IssuerNameHash, out DeniedIssuer[]? issuers))
        {
            return false;
        }

        UInt128 serial = Sha256Value.Of(certificate.SerialNumberBytes.TrimStart((byte)0)).High;
        foreach (DeniedIssuer issuer in issuers)
        {
            if (DistinguishedName.AreEqual(issuer.Name, certificate.IssuerName) && issuer.Serials.Contains(serial))
            {
                what = $"serial {certificate.SerialNumber} of '{certificate.Issuer}'";
                return true;
            }
        }

        return false;
    }

    private sealed class DeniedIssuer(string name, List<UInt128> serials)
    {
        public byte[] Name { get; } = DistinguishedNameReader.TryRead(name, out List<List<NameAttribute>>? names, out _) ? DistinguishedNameReader.Encode(names) : [];

        public HashSet128 Serials { get; } = new(serials);
    }
}
