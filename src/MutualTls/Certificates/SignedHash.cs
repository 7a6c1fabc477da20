using System.Security.Cryptography;

namespace MutualTls.Certificates;

/// <summary>Hashes what a signature is over.</summary>
/// <remarks>
/// Each thread keeps the platform's object for SHA-256, the hash of nearly all signatures: OpenSSL looks an algorithm up, under a lock, for each hash that is
/// made at once, and only the first time for an object that is kept.
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal static class SignedHash
{
    [ThreadStatic]
    private static IncrementalHash? s_sha256;

    /// <summary>Hashes, and gets how many octets were written.</summary>
    /// <param name="algorithm">The hash.</param>
    /// <param name="data">What to hash.</param>
    /// <param name="into">At least as long as the hash.</param>
    public static int Compute(HashAlgorithmName algorithm, ReadOnlySpan<byte> data, Span<byte> into)
    {
        if (algorithm != HashAlgorithmName.SHA256)
        {
            return CryptographicOperations.HashData(algorithm, data, into);
        }

        // Taken away meanwhile: one that failed half-way holds what would spoil the next hash.
        IncrementalHash hash = s_sha256 ?? IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        s_sha256 = null;
        hash.AppendData(data);
        int length = hash.GetHashAndReset(into);
        s_sha256 = hash;
        return length;
    }
}
