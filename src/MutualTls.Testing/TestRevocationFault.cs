namespace MutualTls.Testing;

/// <summary>Names what is wrong with a <see cref="TestRevocationServer"/>.</summary>
public enum TestRevocationFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Nobody listens: connections are refused.</summary>
    Down,

    /// <summary>Connections are accepted, and nothing is ever answered.</summary>
    BlackHole,

    /// <summary>The answer comes a byte at a time, ten a second.</summary>
    SlowDrip,

    /// <summary>The answer is the HTTP status 500.</summary>
    ServerError,

    /// <summary>The answer is the HTTP status 404.</summary>
    NotFound,

    /// <summary>Every answer is a redirect to another place of this server, without end.</summary>
    RedirectLoop,

    /// <summary>Every answer is a redirect to <see cref="TestRevocationServer.RedirectTarget"/>.</summary>
    Redirect,

    /// <summary>The answer is octets that mean nothing.</summary>
    Garbage,

    /// <summary>The answer is cut in half, and its length is told as that.</summary>
    Truncated,

    /// <summary>The connection ends in the middle of the answer.</summary>
    Disconnect,

    /// <summary>The answer never ends: up to 1 GiB, with no length told.</summary>
    Huge,

    /// <summary>The next update was due an hour ago.</summary>
    Expired,

    /// <summary>The answer is of an hour from now.</summary>
    NotYetValid,

    /// <summary>Another key signed the answer.</summary>
    SignedByWrongKey,

    /// <summary>The signature is empty.</summary>
    Unsigned,

    /// <summary>The answer is about another certificate; a CRL is another issuer's.</summary>
    OtherCertificate,

    /// <summary>OCSP only: the responder does not know the certificate. CRLs are sound.</summary>
    StatusUnknown,

    /// <summary>OCSP only: the responder answers tryLater. CRLs are sound.</summary>
    TryLater,
}
