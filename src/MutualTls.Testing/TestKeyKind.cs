namespace MutualTls.Testing;

/// <summary>Names the key a test certificate is given.</summary>
public enum TestKeyKind
{
    /// <summary>ECDSA on NIST P-256. The default: made in well under a millisecond.</summary>
    P256,

    /// <summary>ECDSA on NIST P-384.</summary>
    P384,

    /// <summary>ECDSA on NIST P-521.</summary>
    P521,

    /// <summary>RSA with a modulus of 2048 bits. Making one takes tens of milliseconds; share it through <see cref="TestKey"/>.</summary>
    Rsa2048,

    /// <summary>RSA with a modulus of 3072 bits. Slow to make; share it through <see cref="TestKey"/>.</summary>
    Rsa3072,

    /// <summary>RSA with a modulus of 4096 bits. Slow to make; share it through <see cref="TestKey"/>.</summary>
    Rsa4096,

    /// <summary>RSA with a modulus of 1024 bits: too short for any sane policy, which is what it is for.</summary>
    Rsa1024,
}
