using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace MutualTls.Certificates;

/// <summary>Calculates modulo one odd number, in limbs of 64 bits, least significant first, without allocating. Not in constant time: for public values only.</summary>
/// <remarks>
/// Products are those of P. L. Montgomery, "Modular Multiplication Without Trial Division" (1985): <see cref="Multiply"/> yields a·b/R with
/// R = 2^(64·limbs). Who compares two results sees to it that R has divided both as often.
/// </remarks>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed class MontgomeryField
{
    /// <summary>The most limbs that a number has: 521 bits.</summary>
    public const int MaxLimbs = 9;

    private readonly ulong[] _modulus;
    private readonly ulong _negatedInverse;
    private readonly bool _isP256;

    /// <summary>Makes a field.</summary>
    /// <param name="modulus">Big-endian; odd, greater than one, at most 576 bits.</param>
    public MontgomeryField(ReadOnlySpan<byte> modulus)
    {
        _modulus = new ulong[(modulus.Length + 7) / 8];
        Unpack(modulus, _modulus);

        // The inverse of an odd number modulo 2^64: five right bits to begin with, twice as many after each step.
        ulong inverse = (3 * _modulus[0]) ^ 2;
        for (int bits = 5; bits < 64; bits *= 2)
        {
            inverse *= 2 - (_modulus[0] * inverse);
        }

        _negatedInverse = 0 - inverse;
        _isP256 = _modulus.AsSpan().SequenceEqual(P256Field.Prime);
    }

    /// <summary>Gets how many limbs a number has.</summary>
    public int Limbs => _modulus.Length;

    /// <summary>Reads a big-endian number that must be less than the modulus; false if it is not.</summary>
    /// <param name="number">The number.</param>
    /// <param name="into">As many limbs as a number has.</param>
    public bool TryRead(ReadOnlySpan<byte> number, Span<ulong> into)
    {
        Unpack(number, into);
        return IsLess(into, _modulus);
    }

    /// <summary>Writes a·b/R.</summary>
    /// <param name="a">Less than the modulus.</param>
    /// <param name="b">Less than the modulus.</param>
    /// <param name="into">May be one of them.</param>
    public void Multiply(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> into)
    {
        ReadOnlySpan<ulong> modulus = _modulus;
        Span<ulong> sum = stackalloc ulong[MaxLimbs];
        sum = sum[..modulus.Length];
        if (_isP256)
        {
            ulong above = P256Field.Multiply(a, b, sum);
            Reduce(sum, above, into);
            return;
        }

        sum.Clear();
        a = a[..sum.Length];
        b = b[..sum.Length];
        modulus = modulus[..sum.Length];

        // One limb of b at a time; then the multiple of the modulus is added that clears the lowest limb, and all move down by one.
        ulong top = 0;
        foreach (ulong limb in b)
        {
            ulong carry = 0, carryOfModulus = 0;
            ulong low = MultiplyAdd(a[0], limb, sum[0], ref carry), factor = low * _negatedInverse;
            MultiplyAdd(modulus[0], factor, low, ref carryOfModulus);
            for (int j = 1; j < sum.Length; j++)
            {
                low = MultiplyAdd(a[j], limb, sum[j], ref carry);
                sum[j - 1] = MultiplyAdd(modulus[j], factor, low, ref carryOfModulus);
            }

            ulong last = top + carry;
            top = last < carry ? 1UL : 0;
            last += carryOfModulus;
            top += last < carryOfModulus ? 1UL : 0;
            sum[^1] = last;
        }

        Reduce(sum, top, into);
    }

    /// <summary>Writes a + b.</summary>
    public void Add(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> into)
    {
        Span<ulong> sum = stackalloc ulong[MaxLimbs];
        sum = sum[..Limbs];
        ulong carry = 0;
        for (int i = 0; i < sum.Length; i++)
        {
            ulong limb = a[i] + carry;
            carry = limb < carry ? 1UL : 0;
            limb += b[i];
            carry += limb < b[i] ? 1UL : 0;
            sum[i] = limb;
        }

        Reduce(sum, carry, into);
    }

    /// <summary>Gets the lower limb of a·b + add + carry, and the higher one in the place of the carry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong MultiplyAdd(ulong a, ulong b, ulong add, ref ulong carry)
    {
        // At most (2^64 - 1)² + 2·(2^64 - 1) = 2^128 - 1.
        ulong high = Math.BigMul(a, b, out ulong low);
        low += add;
        high += low < add ? 1UL : 0;
        low += carry;
        carry = high + (low < carry ? 1UL : 0);
        return low;
    }

    // Of a sum below twice the modulus.
    private void Reduce(ReadOnlySpan<ulong> sum, ulong top, Span<ulong> into)
    {
        if (top == 0 && IsLess(sum, _modulus))
        {
            sum.CopyTo(into);
        }
        else
        {
            Subtract(sum, _modulus, into);
        }
    }

    private static void Subtract(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> into)
    {
        ulong borrow = 0;
        for (int i = 0; i < a.Length; i++)
        {
            ulong limb = a[i] - borrow;
            borrow = limb > a[i] ? 1UL : 0;
            borrow += limb < b[i] ? 1UL : 0;
            into[i] = limb - b[i];
        }
    }

    private static bool IsLess(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b)
    {
        for (int i = a.Length - 1; i >= 0; i--)
        {
            if (a[i] != b[i])
            {
                return a[i] < b[i];
            }
        }

        return false;
    }

    private static void Unpack(ReadOnlySpan<byte> number, Span<ulong> into)
    {
        into.Clear();
        for (int limb = 0; !number.IsEmpty; limb++)
        {
            if (number.Length >= sizeof(ulong))
            {
                into[limb] = BinaryPrimitives.ReadUInt64BigEndian(number[^sizeof(ulong)..]);
                number = number[..^sizeof(ulong)];
                continue;
            }

            foreach (byte octet in number)
            {
                into[limb] = (into[limb] << 8) | octet;
            }

            number = default;
        }
    }
}
