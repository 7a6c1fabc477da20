using System.Numerics;
using MutualTls.Encoding;

namespace MutualTls.Certificates;

/// <summary>Points into a certificate at its public key. RFC 5280 section 4.1.2.7.</summary>
/// <param name="Encoded">The whole SubjectPublicKeyInfo: what a pin hashes.</param>
/// <param name="Key">The bits of the key.</param>
/// <param name="Algorithm">The kind of key.</param>
/// <param name="KeySize">The length of an RSA modulus, or of the curve, in bits; 0 if unknown.</param>
internal readonly record struct SubjectPublicKeyInfo(DerRange Encoded, DerRange Key, PublicKeyAlgorithm Algorithm, int KeySize)
{
    /// <summary>Reads one SubjectPublicKeyInfo. False: not well-formed; an unknown algorithm, or a curve given by its equation, is a success.</summary>
    public static bool TryRead(ref DerReader reader, out SubjectPublicKeyInfo info)
    {
        info = default;
        if (!reader.TryRead(DerTag.Sequence, out _, out DerRange encoded))
        {
            return false;
        }

        DerReader whole = reader.At(encoded);
        if (!whole.TryOpen(DerTag.Sequence, out DerReader fields)
            || !fields.TryOpen(DerTag.Sequence, out DerReader algorithm)
            || !algorithm.TryRead(DerTag.ObjectIdentifier, out DerRange oid) || !DerValue.IsObjectIdentifier(algorithm.Bytes(oid)))
        {
            return false;
        }

        DerRange parameters = default;
        if (!algorithm.IsEmpty && (!algorithm.TryReadAny(out _, out _, out parameters) || !algorithm.IsEmpty))
        {
            return false;
        }

        if (!fields.TryReadAlignedBits(out DerRange key) || !fields.IsEmpty)
        {
            return false;
        }

        (PublicKeyAlgorithm kind, int size) = Classify(fields.Bytes(oid), fields.Bytes(parameters), fields.Bytes(key));
        info = new SubjectPublicKeyInfo(encoded, key, kind, size);
        return true;
    }

    private static (PublicKeyAlgorithm Kind, int Size) Classify(ReadOnlySpan<byte> oid, ReadOnlySpan<byte> parameters, ReadOnlySpan<byte> key)
    {
        if (oid.SequenceEqual(Oids.EcPublicKey))
        {
            // RFC 5480 section 2.1.1: only a named curve. 04 starts an uncompressed point (section 2.2).
            return parameters switch
            {
                [DerTag.ObjectIdentifier, _, .. var curve] when curve.SequenceEqual(Oids.P256) && key is [4, ..] && key.Length == 65 && NistCurve.P256.Holds(key) => (PublicKeyAlgorithm.EcP256, 256),
                [DerTag.ObjectIdentifier, _, .. var curve] when curve.SequenceEqual(Oids.P384) && key is [4, ..] && key.Length == 97 && NistCurve.P384.Holds(key) => (PublicKeyAlgorithm.EcP384, 384),
                [DerTag.ObjectIdentifier, _, .. var curve] when curve.SequenceEqual(Oids.P521) && key is [4, ..] && key.Length == 133 && NistCurve.P521.Holds(key) => (PublicKeyAlgorithm.EcP521, 521),
                _ => (PublicKeyAlgorithm.Unsupported, 0),
            };
        }

        if (oid.SequenceEqual(Oids.RsaEncryption))
        {
            return parameters is [DerTag.Null, 0] && RsaModulusSize(key) is > 0 and var size ? (PublicKeyAlgorithm.Rsa, size) : (PublicKeyAlgorithm.Unsupported, 0);
        }

        return oid is [.. var arc, 17 or 18 or 19] && arc.SequenceEqual(Oids.MlDsaArc) && parameters.IsEmpty
            ? (PublicKeyAlgorithm.MlDsa, 0)
            : (PublicKeyAlgorithm.Unsupported, 0);
    }

    // RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }. RFC 8017 appendix A.1.1.
    private static int RsaModulusSize(ReadOnlySpan<byte> key)
    {
        DerReader outer = new(key);
        if (!outer.TryOpen(DerTag.Sequence, out DerReader reader) || !outer.IsEmpty
            || !reader.TryRead(DerTag.Integer, out DerRange modulusRange) || !reader.TryRead(DerTag.Integer, out DerRange exponentRange) || !reader.IsEmpty)
        {
            return 0;
        }

        ReadOnlySpan<byte> modulus = reader.Bytes(modulusRange), exponent = reader.Bytes(exponentRange);

        // An even modulus or exponent, or an exponent of one, is no RSA key; a huge exponent only burns the verifier's time.
        if (!DerValue.IsInteger(modulus) || modulus[0] >= 0x80 || (modulus[^1] & 1) == 0
            || !DerValue.IsInteger(exponent) || exponent[0] >= 0x80 || (exponent[^1] & 1) == 0 || exponent is [1] || exponent.Length > 9)
        {
            return 0;
        }

        ReadOnlySpan<byte> magnitude = modulus.TrimStart((byte)0);
        return magnitude.IsEmpty ? 0 : (magnitude.Length * 8) - BitOperations.LeadingZeroCount((uint)magnitude[0] << 24);
    }
}
