namespace MutualTls.AspNetCore.Endpoints;

/// <summary>Says what a refused client is told. Either way nothing of it reaches the application.</summary>
public enum RefusalAction
{
    /// <summary>Nothing: the connection is closed.</summary>
    Close,

    /// <summary>
    /// The gate itself answers the first request with 403, in HTTP/1.1 and HTTP/2, and closes the connection: a page where Accept begins with <c>text/html</c>, as a browser's does,
    /// else problem details (RFC 9457). Either has the reason's code and hint. A client of TLS 1.3 learns in no other way why it was refused.
    /// </summary>
    Answer403,
}
