namespace MutualTls.Testing;

/// <summary>Names how an OCSP responder answers as a whole, before it says anything of a certificate.</summary>
/// <remarks><rfc>6960 4.2.1</rfc></remarks>
public enum TestOcspStatus
{
    /// <summary>The answer says something about a certificate.</summary>
    Successful = 0,

    /// <summary>The question is not well-formed.</summary>
    MalformedRequest = 1,

    /// <summary>The responder has an internal error.</summary>
    InternalError = 2,

    /// <summary>The responder is to be asked again later.</summary>
    TryLater = 3,

    /// <summary>The question must be signed.</summary>
    SignatureRequired = 5,

    /// <summary>The responder does not answer for that issuer, or not for that client.</summary>
    Unauthorized = 6,
}
