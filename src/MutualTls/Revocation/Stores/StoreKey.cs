using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MutualTls.Revocation.Stores;

/// <summary>Says what names an answer in a store: its kind, and a SHA-256 in lower-case hexadecimal. It is part of a file name, so nothing else is let through.</summary>
internal static class StoreKey
{
    private const int HashDigits = 64;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>Gets the key of a CRL: of whose certificates, under which anchor, from where.</summary>
    public static string OfCrl(ReadOnlySpan<byte> issuerName, ReadOnlySpan<byte> issuerKey, ReadOnlySpan<byte> anchorKey, Uri url) =>
        "crl-" + Hash(issuerName, issuerKey, anchorKey, url, serial: default);

    /// <summary>Gets the key of an OCSP answer: the same, and about which certificate.</summary>
    public static string OfOcsp(ReadOnlySpan<byte> issuerName, ReadOnlySpan<byte> issuerKey, ReadOnlySpan<byte> anchorKey, Uri url, ReadOnlySpan<byte> serial) =>
        "ocsp-" + Hash(issuerName, issuerKey, anchorKey, url, serial);

    public static void ThrowIfInvalid(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!IsValid(key))
        {
            throw new ArgumentException("A key is crl- or ocsp-, and 64 lower-case hexadecimal digits.", nameof(key));
        }
    }

    public static bool IsValid(ReadOnlySpan<char> key)
    {
        ReadOnlySpan<char> hash = key.StartsWith("crl-", StringComparison.Ordinal) ? key[4..] : key.StartsWith("ocsp-", StringComparison.Ordinal) ? key[5..] : [];
        return hash.Length == HashDigits && !hash.ContainsAnyExcept(Digits);
    }

    private static string Hash(ReadOnlySpan<byte> issuerName, ReadOnlySpan<byte> issuerKey, ReadOnlySpan<byte> anchorKey, Uri url, ReadOnlySpan<byte> serial)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, issuerName);
        Append(hash, issuerKey);
        Append(hash, anchorKey);
        Append(hash, System.Text.Encoding.UTF8.GetBytes(url.AbsoluteUri));
        Append(hash, serial);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // Each with its length: no two lists of parts run together to the same octets.
    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
        hash.AppendData(length);
        hash.AppendData(part);
    }
}
