using System.Security.Cryptography;
using MutualTls.Encoding;

namespace MutualTls.Certificates;

/// <summary>Names how a certificate, CRL or OCSP answer was signed.</summary>
public enum SignatureAlgorithm
{
    /// <summary>One that this library does not know.</summary>
    Unsupported,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-1: readable, but refused by every preset.</summary>
    RsaSha1,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256.</summary>
    RsaSha256,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-384.</summary>
    RsaSha384,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-512.</summary>
    RsaSha512,

    /// <summary>RSASSA-PSS with SHA-256.</summary>
    RsaPssSha256,

    /// <summary>RSASSA-PSS with SHA-384.</summary>
    RsaPssSha384,

    /// <summary>RSASSA-PSS with SHA-512.</summary>
    RsaPssSha512,

    /// <summary>ECDSA with SHA-1: readable, but refused by every preset.</summary>
    EcdsaSha1,

    /// <summary>ECDSA with SHA-256.</summary>
    EcdsaSha256,

    /// <summary>ECDSA with SHA-384.</summary>
    EcdsaSha384,

    /// <summary>ECDSA with SHA-512.</summary>
    EcdsaSha512,

    /// <summary>ML-DSA-44 of FIPS 204.</summary>
    MlDsa44,

    /// <summary>ML-DSA-65 of FIPS 204.</summary>
    MlDsa65,

    /// <summary>ML-DSA-87 of FIPS 204.</summary>
    MlDsa87,
}

internal static class SignatureAlgorithms
{
    /// <summary>Reads an encoded AlgorithmIdentifier. False: not well-formed; an unknown algorithm is a success.</summary>
    public static bool TryRead(ReadOnlySpan<byte> encoded, out SignatureAlgorithm algorithm)
    {
        algorithm = SignatureAlgorithm.Unsupported;
        DerReader outer = new(encoded);
        if (!outer.TryOpen(DerTag.Sequence, out DerReader reader) || !outer.IsEmpty
            || !reader.TryRead(DerTag.ObjectIdentifier, out DerRange oidRange) || !DerValue.IsObjectIdentifier(reader.Bytes(oidRange)))
        {
            return false;
        }

        ReadOnlySpan<byte> oid = reader.Bytes(oidRange);
        bool hasParameters = !reader.IsEmpty;
        DerRange parameters = default;
        if (hasParameters && (!reader.TryReadAny(out _, out _, out parameters) || !reader.IsEmpty))
        {
            return false;
        }

        ReadOnlySpan<byte> parameterBytes = hasParameters ? reader.Bytes(parameters) : default;
        SignatureAlgorithm named = FromOid(oid);
        bool parametersFit = named switch
        {
            // RFC 4055 section 5: NULL, and an absent one is to be accepted too.
            >= SignatureAlgorithm.RsaSha1 and <= SignatureAlgorithm.RsaSha512 => !hasParameters || parameterBytes is [DerTag.Null, 0],

            // RFC 5758 section 3.2 and RFC 9881 section 2: absent.
            _ => !hasParameters,
        };
        algorithm = oid.SequenceEqual(Oids.RsaPss) ? ReadPss(parameterBytes) : parametersFit ? named : SignatureAlgorithm.Unsupported;
        return true;
    }

    public static HashAlgorithmName Hash(SignatureAlgorithm algorithm) => algorithm switch
    {
        SignatureAlgorithm.RsaSha1 or SignatureAlgorithm.EcdsaSha1 => HashAlgorithmName.SHA1,
        SignatureAlgorithm.RsaSha256 or SignatureAlgorithm.RsaPssSha256 or SignatureAlgorithm.EcdsaSha256 => HashAlgorithmName.SHA256,
        SignatureAlgorithm.RsaSha384 or SignatureAlgorithm.RsaPssSha384 or SignatureAlgorithm.EcdsaSha384 => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };

    private static SignatureAlgorithm FromOid(ReadOnlySpan<byte> oid)
    {
        if (oid.SequenceEqual(Oids.EcdsaWithSha256))
        {
            return SignatureAlgorithm.EcdsaSha256;
        }

        if (oid.SequenceEqual(Oids.Sha256WithRsa))
        {
            return SignatureAlgorithm.RsaSha256;
        }

        return oid switch
        {
            _ when oid.SequenceEqual(Oids.EcdsaWithSha384) => SignatureAlgorithm.EcdsaSha384,
            _ when oid.SequenceEqual(Oids.EcdsaWithSha512) => SignatureAlgorithm.EcdsaSha512,
            _ when oid.SequenceEqual(Oids.EcdsaWithSha1) => SignatureAlgorithm.EcdsaSha1,
            _ when oid.SequenceEqual(Oids.Sha384WithRsa) => SignatureAlgorithm.RsaSha384,
            _ when oid.SequenceEqual(Oids.Sha512WithRsa) => SignatureAlgorithm.RsaSha512,
            _ when oid.SequenceEqual(Oids.Sha1WithRsa) => SignatureAlgorithm.RsaSha1,
            [.. var arc, 17] when arc.SequenceEqual(Oids.MlDsaArc) => SignatureAlgorithm.MlDsa44,
            [.. var arc, 18] when arc.SequenceEqual(Oids.MlDsaArc) => SignatureAlgorithm.MlDsa65,
            [.. var arc, 19] when arc.SequenceEqual(Oids.MlDsaArc) => SignatureAlgorithm.MlDsa87,
            _ => SignatureAlgorithm.Unsupported,
        };
    }

    // RFC 4055 section 3.1. Supported is what is in use: one hash for both, salt as long as the hash, trailer 1.
    // The defaults are SHA-1, so parameters that leave them out are unsupported too.
    private static SignatureAlgorithm ReadPss(ReadOnlySpan<byte> parameters)
    {
        DerReader outer = new(parameters);
        if (!outer.TryOpen(DerTag.Sequence, out DerReader reader)
            || !reader.TryOpen(DerTag.ContextConstructed(0), out DerReader hashField) || !TryReadHash(ref hashField, out SignatureAlgorithm hash)
            || !reader.TryOpen(DerTag.ContextConstructed(1), out DerReader maskField) || !maskField.TryOpen(DerTag.Sequence, out DerReader mask)
            || !mask.TryRead(DerTag.ObjectIdentifier, out DerRange maskOid) || !mask.Bytes(maskOid).SequenceEqual(Oids.Mgf1)
            || !TryReadHash(ref mask, out SignatureAlgorithm maskHash) || maskHash != hash
            || !reader.TryOpen(DerTag.ContextConstructed(2), out DerReader saltField) || !saltField.TryRead(DerTag.Integer, out DerRange salt)
            || !DerValue.TryReadCount(saltField.Bytes(salt), out int saltLength))
        {
            return SignatureAlgorithm.Unsupported;
        }

        if (reader.TryOpen(DerTag.ContextConstructed(3), out DerReader trailerField)
            && !(trailerField.TryRead(DerTag.Integer, out DerRange trailer) && trailerField.Bytes(trailer) is [1]))
        {
            return SignatureAlgorithm.Unsupported;
        }

        int hashLength = hash switch { SignatureAlgorithm.RsaPssSha256 => 32, SignatureAlgorithm.RsaPssSha384 => 48, _ => 64 };
        return reader.IsEmpty && saltLength == hashLength ? hash : SignatureAlgorithm.Unsupported;
    }

    private static bool TryReadHash(ref DerReader field, out SignatureAlgorithm algorithm)
    {
        algorithm = SignatureAlgorithm.Unsupported;
        if (!field.TryOpen(DerTag.Sequence, out DerReader identifier) || !identifier.TryRead(DerTag.ObjectIdentifier, out DerRange oid)
            || !identifier.TryReadOptional(DerTag.Null, out _, out _) || !identifier.IsEmpty)
        {
            return false;
        }

        ReadOnlySpan<byte> bytes = identifier.Bytes(oid);
        algorithm = bytes switch
        {
            _ when bytes.SequenceEqual(Oids.Sha256) => SignatureAlgorithm.RsaPssSha256,
            _ when bytes.SequenceEqual(Oids.Sha384) => SignatureAlgorithm.RsaPssSha384,
            _ when bytes.SequenceEqual(Oids.Sha512) => SignatureAlgorithm.RsaPssSha512,
            _ => SignatureAlgorithm.Unsupported,
        };
        return algorithm != SignatureAlgorithm.Unsupported;
    }
}
