using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace MutualTls.Encoding;

/// <summary>Hashes octets with a secret key of this process, so that nobody outside can choose what collides: SipHash-1-3 (Aumasson and Bernstein, 2012).</summary>
/// <remarks>For tables in memory only; it is neither a digest nor a MAC.</remarks>
internal static class SipHash
{
    private static readonly ulong Key0 = RandomKey();
    private static readonly ulong Key1 = RandomKey();

    /// <summary>Hashes with this process's key. What was hashed before can be passed on as <paramref name="chained"/>.</summary>
    public static ulong Compute(ReadOnlySpan<byte> data, ulong chained = 0) => Compute(data, Key0 ^ chained, Key1);

    internal static ulong Compute(ReadOnlySpan<byte> data, ulong key0, ulong key1)
    {
        State state = new(key0, key1);
        ulong last = (ulong)data.Length << 56;
        while (data.Length >= 8)
        {
            state.Add(BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[8..];
        }

        for (int i = 0; i < data.Length; i++)
        {
            last |= (ulong)data[i] << (8 * i);
        }

        state.Add(last);
        return state.Finish();
    }

    private static ulong RandomKey()
    {
        Span<byte> key = stackalloc byte[8];
        RandomNumberGenerator.Fill(key);
        return BinaryPrimitives.ReadUInt64LittleEndian(key);
    }

    private struct State(ulong key0, ulong key1)
    {
        private ulong _v0 = key0 ^ 0x736f6d6570736575;
        private ulong _v1 = key1 ^ 0x646f72616e646f6d;
        private ulong _v2 = key0 ^ 0x6c7967656e657261;
        private ulong _v3 = key1 ^ 0x7465646279746573;

        public void Add(ulong word)
        {
            _v3 ^= word;
            Round();
            _v0 ^= word;
        }

        public ulong Finish()
        {
            _v2 ^= 0xFF;
            Round();
            Round();
            Round();
            return _v0 ^ _v1 ^ _v2 ^ _v3;
        }

        private void Round()
        {
            _v0 += _v1;
            _v1 = BitOperations.RotateLeft(_v1, 13) ^ _v0;
            _v0 = BitOperations.RotateLeft(_v0, 32);
            _v2 += _v3;
            _v3 = BitOperations.RotateLeft(_v3, 16) ^ _v2;
            _v0 += _v3;
            _v3 = BitOperations.RotateLeft(_v3, 21) ^ _v0;
            _v2 += _v1;
            _v1 = BitOperations.RotateLeft(_v1, 17) ^ _v2;
            _v2 = BitOperations.RotateLeft(_v2, 32);
        }
    }
}
