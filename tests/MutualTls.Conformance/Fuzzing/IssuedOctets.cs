using System.Security.Cryptography;

namespace MutualTls.Conformance.Fuzzing;

/// <summary>Remembers what was really signed: our seeds share their keys, so a mutation may lead from one to another, or back.</summary>
internal sealed class IssuedOctets
{
    private readonly HashSet<Int128> _hashes = [];

    public void Add(ReadOnlySpan<byte> der) => _hashes.Add(HashOf(der));

    public bool Contains(ReadOnlySpan<byte> der) => _hashes.Contains(HashOf(der));

    private static Int128 HashOf(ReadOnlySpan<byte> der) => BitConverter.ToInt128(SHA256.HashData(der));
}
