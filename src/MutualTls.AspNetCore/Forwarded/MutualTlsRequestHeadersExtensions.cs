using MutualTls.AspNetCore.Forwarded;
using MutualTls.Policies;

namespace System.Net.Http.Headers;

/// <summary>Forwards a client's certificate to a backend.</summary>
public static class MutualTlsRequestHeadersExtensions
{
    /// <summary>Writes the certificate of a verdict as <c>Client-Cert</c>, and its intermediates as <c>Client-Cert-Chain</c> (RFC 9440), in the place of what is there.</summary>
    /// <param name="headers">The headers of the request to the backend.</param>
    /// <param name="verdict">The verdict on the client's connection. If it is null, or the client has not proved who it is, the headers are only taken away.</param>
    /// <remarks>The verified path is written, not what the client sent. The backend must take the headers from this proxy alone.</remarks>
    public static void SetClientCertificate(this HttpRequestHeaders headers, PeerVerdict? verdict)
    {
        ArgumentNullException.ThrowIfNull(headers);
        headers.Remove(ForwardedHeaders.ClientCert);
        headers.Remove(ForwardedHeaders.ClientCertChain);
        if (verdict is not { IsAuthenticated: true, Path: { } path })
        {
            return;
        }

        headers.TryAddWithoutValidation(ForwardedHeaders.ClientCert, Rfc9440.WriteItem(path.EndEntity));
        if (Rfc9440.WriteChain(path) is { } chain)
        {
            headers.TryAddWithoutValidation(ForwardedHeaders.ClientCertChain, chain);
        }
    }
}
