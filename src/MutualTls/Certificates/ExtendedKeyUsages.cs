namespace MutualTls.Certificates;

/// <summary>States the purposes a certificate may serve, as far as this library asks for them. RFC 5280 section 4.2.1.12.</summary>
[Flags]
public enum ExtendedKeyUsages
{
    /// <summary>None of those below.</summary>
    None = 0,

    /// <summary>TLS server authentication, 1.3.6.1.5.5.7.3.1.</summary>
    ServerAuth = 1,

    /// <summary>TLS client authentication, 1.3.6.1.5.5.7.3.2.</summary>
    ClientAuth = 2,

    /// <summary>OCSP response signing, 1.3.6.1.5.5.7.3.9.</summary>
    OcspSigning = 4,

    /// <summary>Any purpose, 2.5.29.37.0.</summary>
    Any = 8,
}
