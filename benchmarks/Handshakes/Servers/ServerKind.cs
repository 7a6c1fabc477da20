namespace MutualTls.Handshakes.Servers;

/// <summary>The ways of serving mutual TLS that are compared.</summary>
internal enum ServerKind
{
    /// <summary>SslStream that checks nothing: an empty chain policy, as cheap as the platform's own build gets, and a callback that says yes.</summary>
    Floor,

    /// <summary>The same, with a callback that lets in one certificate, octet for octet, and refuses all others: below this nobody gets who refuses.</summary>
    RefusingFloor,

    /// <summary>The recipe of most blogs: a callback that builds an X509Chain with the private root.</summary>
    Callback,

    /// <summary>The recipe of the documentation: a CertificateChainPolicy with the private root.</summary>
    ChainPolicy,

    /// <summary>This library, every check on: a name, a pinned key, a list of the denied, the CRLs of the whole chain in hard-fail.</summary>
    MutualTls,

    /// <summary>This library in hard-fail, asking an OCSP responder about every client that it sees for the first time.</summary>
    MutualTlsOcsp,

    /// <summary>nginx, one worker.</summary>
    Nginx,
}
