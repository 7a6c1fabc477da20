namespace MutualTls.Testing;

/// <summary>Names what a client asked a <see cref="TestRevocationServer"/> for.</summary>
public enum TestRevocationKind
{
    /// <summary>A CRL.</summary>
    Crl,

    /// <summary>An OCSP answer, by GET or POST.</summary>
    Ocsp,

    /// <summary>Something that is not there.</summary>
    Other,

    /// <summary>A delta CRL.</summary>
    DeltaCrl,
}
