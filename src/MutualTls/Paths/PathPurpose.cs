namespace MutualTls.Paths;

/// <summary>Names what the end-entity is to be used for. RFC 5280 section 4.2.1.12.</summary>
internal enum PathPurpose
{
    /// <summary>No purpose is checked.</summary>
    Any,

    /// <summary>The peer is a TLS server.</summary>
    ServerAuth,

    /// <summary>The peer is a TLS client.</summary>
    ClientAuth,

    /// <summary>The certificate signs OCSP responses. RFC 6960 section 4.2.2.2.</summary>
    OcspSigning,
}
