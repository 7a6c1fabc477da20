namespace MutualTls.Certificates;

/// <summary>Names the kind of a public key.</summary>
public enum PublicKeyAlgorithm
{
    /// <summary>One that this library cannot use.</summary>
    Unsupported,

    /// <summary>RSA.</summary>
    Rsa,

    /// <summary>ECDSA on NIST P-256.</summary>
    EcP256,

    /// <summary>ECDSA on NIST P-384.</summary>
    EcP384,

    /// <summary>ECDSA on NIST P-521.</summary>
    EcP521,

    /// <summary>ML-DSA of FIPS 204, any parameter set.</summary>
    MlDsa,
}
