using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using CsCheck;
using MutualTls.Certificates;

namespace MutualTls.Tests.Certificates;

/// <summary>Points on and off the NIST curves, told by arithmetic of fixed width as by that of any width.</summary>
public class NistCurveTests
{
    private static readonly Curve[] Curves =
    [
        new("P-256", NistCurve.P256, 32, BigInteger.Pow(2, 256) - BigInteger.Pow(2, 224) + BigInteger.Pow(2, 192) + BigInteger.Pow(2, 96) - 1,
            Number("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"), ECCurve.NamedCurves.nistP256,
            "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296", "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"),
        new("P-384", NistCurve.P384, 48, BigInteger.Pow(2, 384) - BigInteger.Pow(2, 128) - BigInteger.Pow(2, 96) + BigInteger.Pow(2, 32) - 1,
            Number("b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef"), ECCurve.NamedCurves.nistP384,
            "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
            "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f"),
        new("P-521", NistCurve.P521, 66, BigInteger.Pow(2, 521) - 1,
            Number("51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00"), ECCurve.NamedCurves.nistP521,
            "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
            "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650"),
    ];

    public static TheoryData<string> Names => [.. Curves.Select(curve => curve.Name)];

    // SP 800-186 section 3.2.1: Gx, Gy.
    [Theory]
    [MemberData(nameof(Names))]
    public void Holds_BasePoint_IsOnTheCurveAndItsNeighboursAreNot(string name)
    {
        Curve curve = Of(name);
        Assert.True(curve.Holds(curve.X, curve.Y));
        Assert.True(curve.Holds(curve.X, curve.P - curve.Y));
        Assert.False(curve.Holds(curve.X, curve.Y + 1));
        Assert.False(curve.Holds(curve.X + 1, curve.Y));
        Assert.False(curve.Holds(curve.Y, curve.X));
        Assert.False(curve.Holds(0, 0));
    }

    // A coordinate has one encoding: the same number modulo p is another octet string, and no key.
    [Theory]
    [MemberData(nameof(Names))]
    public void Holds_CoordinateNotBelowThePrime_IsRefused(string name)
    {
        Curve curve = Of(name);
        BigInteger most = BigInteger.Pow(256, curve.Length) - 1;
        Assert.False(curve.Holds(curve.P, curve.Y));
        Assert.False(curve.Holds(curve.X, curve.P));
        Assert.False(curve.Holds(most, most));

        // Small x whose sum with p still fits: on the curve once, and not twice.
        BigInteger small = Enumerable.Range(0, 100).Select(x => new BigInteger(x)).First(x => curve.Root(x) is not null);
        Assert.True(curve.Holds(small, curve.Root(small)!.Value));
        Assert.False(curve.Holds(small + curve.P, curve.Root(small)!.Value));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Holds_KeysOfThePlatform_AreOnTheCurve(string name)
    {
        Curve curve = Of(name);
        for (int i = 0; i < 20; i++)
        {
            using ECDsa key = ECDsa.Create(curve.Platform);
            ECPoint point = key.ExportParameters(includePrivateParameters: false).Q;
            Assert.True(curve.Holds(Number(point.X!), Number(point.Y!)));
            point.Y![RandomNumberGenerator.GetInt32(1, curve.Length)] ^= 1;
            Assert.False(curve.Holds(Number(point.X!), Number(point.Y!)));
        }
    }

    // For half of all x there is a y: then both roots are on the curve; any other y is not.
    [Theory]
    [MemberData(nameof(Names))]
    public void Holds_AnyPoint_SaysWhatBigIntegerSays(string name)
    {
        Curve curve = Of(name);
        Gen.Select(Coordinates(curve), Coordinates(curve)).Sample(
            (x, y) =>
            {
                bool expected = x < curve.P && y < curve.P && ((y * y) - curve.Right(x)) % curve.P == 0;
                return curve.Holds(x, y) == expected
                    && (x >= curve.P || curve.Root(x) is not { } root || (curve.Holds(x, root) && curve.Holds(x, (curve.P - root) % curve.P)));
            },
            iter: 500);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Multiply_AnyNumbers_SaysWhatBigIntegerSays(string name)
    {
        Curve curve = Of(name);
        MontgomeryField field = new(Octets(curve.P, curve.Length));
        BigInteger inverseOfR = BigInteger.ModPow(BigInteger.Pow(2, 64 * field.Limbs), curve.P - 2, curve.P);
        Gen.Select(Coordinates(curve), Coordinates(curve)).Sample(
            (a, b) =>
            {
                ulong[] left = new ulong[field.Limbs], right = new ulong[field.Limbs], result = new ulong[field.Limbs];
                Assert.Equal(a < curve.P, field.TryRead(Octets(a, curve.Length), left));
                Assert.Equal(b < curve.P, field.TryRead(Octets(b, curve.Length), right));
                if (a >= curve.P || b >= curve.P)
                {
                    return;
                }

                field.Multiply(left, right, result);
                Assert.Equal(a * b * inverseOfR % curve.P, Number(result));
                field.Add(left, right, result);
                Assert.Equal((a + b) % curve.P, Number(result));
                field.Add(right, right, right);
                Assert.Equal(2 * b % curve.P, Number(right));
            },
            iter: 3_000);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Holds_AnyPoint_AllocatesNothing(string name)
    {
        Curve curve = Of(name);
        byte[] point = curve.Point(curve.X, curve.Y);
        curve.Ours.Holds(point);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
        {
            curve.Ours.Holds(point);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static Curve Of(string name) => Curves.Single(curve => curve.Name == name);

    // Limbs of zeros and ones are where carries are lost.
    private static Gen<BigInteger> Coordinates(Curve curve) => Gen.OneOf(
        Gen.Byte.Array[curve.Length].Select(octets => Number(octets) % BigInteger.Pow(2, (int)curve.P.GetBitLength())),
        Gen.OneOf(Gen.Const((byte)0), Gen.Const((byte)255), Gen.Const((byte)1), Gen.Const((byte)128)).Array[(curve.Length + 7) / 8].Select(limbs => Number([.. limbs.SelectMany(limb => Enumerable.Repeat(limb, 8))]) % BigInteger.Pow(2, (int)curve.P.GetBitLength())),
        Gen.Int[-3, 3].Select(near => near < 0 ? curve.P + near : near),
        Gen.Int[0, 3].Select(above => BigInteger.Min(curve.P + above, BigInteger.Pow(256, curve.Length) - 1)));

    private static BigInteger Number(string hex) => BigInteger.Parse("0" + hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static BigInteger Number(byte[] octets) => new(octets, isUnsigned: true, isBigEndian: true);

    private static BigInteger Number(ulong[] limbs) => limbs.Reverse().Aggregate(BigInteger.Zero, (sum, limb) => (sum << 64) + limb);

    private static byte[] Octets(BigInteger number, int length)
    {
        byte[] octets = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[length - octets.Length], .. octets];
    }

    private sealed record Curve(string Name, NistCurve Ours, int Length, BigInteger P, BigInteger B, ECCurve Platform, string GeneratorX, string GeneratorY)
    {
        public BigInteger X => Number(GeneratorX);

        public BigInteger Y => Number(GeneratorY);

        public BigInteger Right(BigInteger x) => (((x * x) - 3) * x) + B;

        // Each p is 3 modulo 4.
        public BigInteger? Root(BigInteger x)
        {
            BigInteger right = ((Right(x) % P) + P) % P, root = BigInteger.ModPow(right, (P + 1) / 4, P);
            return root * root % P == right ? root : null;
        }

        public byte[] Point(BigInteger x, BigInteger y) => [4, .. Octets(x, Length), .. Octets(y, Length)];

        public bool Holds(BigInteger x, BigInteger y) => Ours.Holds(Point(x, y));
    }
}
