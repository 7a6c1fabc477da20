using System.Globalization;
using System.Numerics;

namespace MutualTls.Certificates;

/// <summary>Tells whether a point lies on one of the curves of NIST SP 800-186 section 3.2.1: y² = x³ - 3x + b modulo p.</summary>
/// <remarks>The key of an end-entity verifies nothing here and is never imported, so this is where one that is no key is found. A microsecond for P-256.</remarks>
internal sealed class NistCurve
{
    public static readonly NistCurve P256 = new(
        BigInteger.Pow(2, 256) - BigInteger.Pow(2, 224) + BigInteger.Pow(2, 192) + BigInteger.Pow(2, 96) - 1,
        "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");

    public static readonly NistCurve P384 = new(
        BigInteger.Pow(2, 384) - BigInteger.Pow(2, 128) - BigInteger.Pow(2, 96) + BigInteger.Pow(2, 32) - 1,
        "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef");

    public static readonly NistCurve P521 = new(
        BigInteger.Pow(2, 521) - 1,
        "51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00");

    private readonly BigInteger _p;
    private readonly BigInteger _b;

    private NistCurve(BigInteger p, string b)
    {
        _p = p;
        _b = BigInteger.Parse("0" + b, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    /// <summary>Tells whether an uncompressed point, 04 and both coordinates, lies on the curve.</summary>
    public bool Holds(ReadOnlySpan<byte> point)
    {
        int half = (point.Length - 1) / 2;
        BigInteger x = new(point.Slice(1, half), isUnsigned: true, isBigEndian: true), y = new(point[(half + 1)..], isUnsigned: true, isBigEndian: true);
        return x < _p && y < _p && (((y * y) - (((x * x) - 3) * x) - _b) % _p).IsZero;
    }
}
