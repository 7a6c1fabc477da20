using System.Buffers;

namespace MutualTls.Revocation.Stores;

/// <summary>Says what names an answer in a store: its kind, and a SHA-256 in lower-case hexadecimal. It is part of a file name, so nothing else is let through.</summary>
internal static class StoreKey
{
    private const int HashDigits = 64;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

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
}
