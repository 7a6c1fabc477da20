using System.Security.Cryptography;
using MutualTls.Encoding;

namespace MutualTls.Revocation.Ocsp;

/// <summary>Names the hash by which a question points at the issuer. RFC 6960 section 4.1.1.</summary>
/// <remarks>
/// It protects nothing: whatever it says, the answer must be signed by the issuer whose path was verified. So the default is
/// <see cref="Sha1"/>, the one hash that every responder knows, and the only one by which those with answers made in advance find them.
/// An answer may use any of the four.
/// </remarks>
internal enum OcspHash
{
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

internal static class OcspHashes
{
    public const int MaxLength = 64;

    public static HashAlgorithmName Name(OcspHash hash) => hash switch
    {
        OcspHash.Sha1 => HashAlgorithmName.SHA1,
        OcspHash.Sha256 => HashAlgorithmName.SHA256,
        OcspHash.Sha384 => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };

    public static ReadOnlySpan<byte> Oid(OcspHash hash) => hash switch
    {
        OcspHash.Sha1 => Oids.Sha1,
        OcspHash.Sha256 => Oids.Sha256,
        OcspHash.Sha384 => Oids.Sha384,
        _ => Oids.Sha512,
    };

    public static bool TryFromOid(ReadOnlySpan<byte> oid, out OcspHash hash)
    {
        for (hash = OcspHash.Sha1; hash <= OcspHash.Sha512; hash++)
        {
            if (Oid(hash).SequenceEqual(oid))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Tells whether <paramref name="expected"/> is the hash of <paramref name="data"/>.</summary>
    public static bool Matches(OcspHash hash, ReadOnlySpan<byte> data, ReadOnlySpan<byte> expected)
    {
        Span<byte> computed = stackalloc byte[MaxLength];
        int length = CryptographicOperations.HashData(Name(hash), data, computed);
        return computed[..length].SequenceEqual(expected);
    }
}
