using System.Runtime.CompilerServices;

namespace MutualTls.Certificates;

/// <summary>Multiplies as <see cref="MontgomeryField"/> does, modulo the prime of P-256: the curve of most certificates.</summary>
/// <remarks>
/// The prime is 2^256 - 2^224 + 2^192 + 2^96 - 1, in limbs -1, 2^32 - 1, 0 and 2^64 - 2^32 + 1. So the multiple of it that clears the lowest limb m is m times
/// the prime, and adding it is a shift and one product instead of five.
/// </remarks>
internal static class P256Field
{
    private const ulong HighestLimb = 0xffffffff00000001;

    /// <summary>Gets the limbs of the prime, least significant first.</summary>
    public static ReadOnlySpan<ulong> Prime => [ulong.MaxValue, uint.MaxValue, 0, HighestLimb];

    /// <summary>Writes a·b/2^256 but for what is above its lowest 256 bits, which is returned: 0 or 1. Less than twice the prime.</summary>
    /// <param name="a">Four limbs, less than the prime.</param>
    /// <param name="b">Four limbs, less than the prime.</param>
    /// <param name="into">Four limbs; may be one of them.</param>
    public static ulong Multiply(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, Span<ulong> into)
    {
        ulong s0 = 0, s1 = 0, s2 = 0, s3 = 0, top = 0;
        ulong a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3];
        foreach (ulong limb in b)
        {
            ulong carry = 0;
            ulong m = MontgomeryField.MultiplyAdd(a0, limb, s0, ref carry);
            s1 = MontgomeryField.MultiplyAdd(a1, limb, s1, ref carry);
            s2 = MontgomeryField.MultiplyAdd(a2, limb, s2, ref carry);
            s3 = MontgomeryField.MultiplyAdd(a3, limb, s3, ref carry);
            top = Add(top, carry, out ulong above);

            // m·prime = m·2^256 - m·2^224 + m·2^192 + m·2^96 - m: the last clears the lowest limb, and all others move down by one.
            ulong high = Math.BigMul(m, HighestLimb, out ulong low);
            s0 = Add(s1, m << 32, out carry);
            s1 = AddWithCarry(s2, m >> 32, ref carry);
            s2 = AddWithCarry(s3, low, ref carry);
            s3 = AddWithCarry(top, high, ref carry);
            top = above + carry;
        }

        (into[0], into[1], into[2], into[3]) = (s0, s1, s2, s3);
        return top;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Add(ulong a, ulong b, out ulong carry)
    {
        ulong sum = a + b;
        carry = sum < b ? 1UL : 0;
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AddWithCarry(ulong a, ulong b, ref ulong carry)
    {
        ulong sum = a + b, total = sum + carry;
        carry = (sum < b ? 1UL : 0) + (total < sum ? 1UL : 0);
        return total;
    }
}
