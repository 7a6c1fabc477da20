namespace MutualTls.Handshakes.Starting;

/// <summary>The servers whose first connections are measured.</summary>
internal enum StartKind
{
    /// <summary>SslStream that checks nothing.</summary>
    Floor,

    /// <summary>SslStream with the private root in a CertificateChainPolicy.</summary>
    ChainPolicy,

    /// <summary>MutualTlsListener, every check on.</summary>
    MutualTls,

    /// <summary>The same without the rehearsal.</summary>
    MutualTlsUnrehearsed,

    /// <summary>Kestrel with the private root in a CertificateChainPolicy.</summary>
    Kestrel,

    /// <summary>Kestrel with UseMutualTls, every check on.</summary>
    KestrelMutualTls,

    /// <summary>The same without the rehearsal.</summary>
    KestrelMutualTlsUnrehearsed,
}
