namespace MutualTls.Certificates;

/// <summary>Tells whether a point lies on one of the curves of NIST SP 800-186 section 3.2.1: y² = x³ - 3x + b modulo p.</summary>
/// <remarks>The key of an end-entity verifies nothing here and is never imported, so this is where one that is no key is found. Allocates nothing.</remarks>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed class NistCurve
{
    // p = 2^256 - 2^224 + 2^192 + 2^96 - 1, 2^384 - 2^128 - 2^96 + 2^32 - 1 and 2^521 - 1.
    public static readonly NistCurve P256 = new(
        "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
        "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");

    public static readonly NistCurve P384 = new(
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
        "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef");

    public static readonly NistCurve P521 = new(
        "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00");

    private readonly MontgomeryField _field;

    // b/R², -3/R and 1.
    private readonly ulong[] _b, _minusThree, _one;

    private NistCurve(string p, string b)
    {
        byte[] modulus = Convert.FromHexString(p);
        _field = new MontgomeryField(modulus);
        (_b, _minusThree, _one) = (new ulong[_field.Limbs], new ulong[_field.Limbs], new ulong[_field.Limbs]);
        _one[0] = 1;

        // All three end in ff.
        modulus[^1] -= 3;
        _field.TryRead(modulus, _minusThree);
        _field.TryRead(Convert.FromHexString(b), _b);
        _field.Multiply(_minusThree, _one, _minusThree);
        _field.Multiply(_b, _one, _b);
        _field.Multiply(_b, _one, _b);
    }

    /// <summary>Tells whether an uncompressed point, 04 and both coordinates in full length, lies on the curve.</summary>
    public bool Holds(ReadOnlySpan<byte> point)
    {
        int half = (point.Length - 1) / 2;
        Span<ulong> x = stackalloc ulong[MontgomeryField.MaxLimbs], y = stackalloc ulong[MontgomeryField.MaxLimbs], right = stackalloc ulong[MontgomeryField.MaxLimbs];
        x = x[.._field.Limbs];
        y = y[.._field.Limbs];
        right = right[.._field.Limbs];
        if (!_field.TryRead(point.Slice(1, half), x) || !_field.TryRead(point[(half + 1)..], y))
        {
            return false;
        }

        // Each product is divided by R: (x²/R - 3/R)·x/R + b/R², and y²/R/R.
        _field.Multiply(x, x, right);
        _field.Add(right, _minusThree, right);
        _field.Multiply(right, x, right);
        _field.Add(right, _b, right);
        _field.Multiply(y, y, y);
        _field.Multiply(y, _one, y);
        return y.SequenceEqual(right);
    }
}
