namespace MutualTls.Testing;

/// <summary>Names the algorithm a test certificate or CRL is signed with.</summary>
public enum TestSignatureKind
{
    /// <summary>ECDSA with SHA-256 (RFC 5758 3.2).</summary>
    EcdsaSha256,

    /// <summary>ECDSA with SHA-384 (RFC 5758 3.2).</summary>
    EcdsaSha384,

    /// <summary>ECDSA with SHA-512 (RFC 5758 3.2).</summary>
    EcdsaSha512,

    /// <summary>RSA PKCS#1 v1.5 with SHA-1 (RFC 3279 2.2.1): broken, and meant to be refused.</summary>
    RsaPkcs1Sha1,

    /// <summary>RSA PKCS#1 v1.5 with SHA-256 (RFC 4055 5).</summary>
    RsaPkcs1Sha256,

    /// <summary>RSA PKCS#1 v1.5 with SHA-384 (RFC 4055 5).</summary>
    RsaPkcs1Sha384,

    /// <summary>RSA PKCS#1 v1.5 with SHA-512 (RFC 4055 5).</summary>
    RsaPkcs1Sha512,

    /// <summary>RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 octets (RFC 4055 3.1).</summary>
    RsaPssSha256,

    /// <summary>RSASSA-PSS with SHA-384, MGF1 with SHA-384 and a salt of 48 octets (RFC 4055 3.1).</summary>
    RsaPssSha384,

    /// <summary>RSASSA-PSS with SHA-512, MGF1 with SHA-512 and a salt of 64 octets (RFC 4055 3.1).</summary>
    RsaPssSha512,
}
