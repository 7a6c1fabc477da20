using System.Net;
using MutualTls.Connections;
using MutualTls.Policies;

namespace MutualTls.Http;

/// <summary>Refuses requests that could pass by the gate, before anything is dialled.</summary>
internal static class RequestGuard
{
    /// <exception cref="HttpRequestException">The request is not one for mutual TLS.</exception>
    public static void Check(HttpRequestMessage request, PeerPolicy policy)
    {
        Uri uri = request.RequestUri is { IsAbsoluteUri: true } absolute ? absolute : throw new HttpRequestException("The request has no absolute URI.");
        if (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeWss)
        {
            throw new HttpRequestException(
                HttpRequestError.SecureConnectionError,
                $"'{uri.Scheme}://{uri.Authority}' was not dialled: this client is for mutual TLS, and only https and wss have TLS.");
        }

        CheckHost(request, uri, policy);
        CheckVersion(request, uri);
    }

    // SocketsHttpHandler takes the name for TLS from the Host header where there is one. A client that passes on such a header would let its sender choose whom we trust.
    private static void CheckHost(HttpRequestMessage request, Uri uri, PeerPolicy policy)
    {
        if (request.Headers.Host is not { } header || MutualTlsClientOptions.NamesServer(policy))
        {
            return;
        }

        string name = Uri.TryCreate($"https://{header}", UriKind.Absolute, out Uri? named) ? named.IdnHost : header;
        if (!string.Equals(name.TrimEnd('.'), uri.IdnHost.TrimEnd('.'), StringComparison.OrdinalIgnoreCase))
        {
            throw new HttpRequestException(
                HttpRequestError.SecureConnectionError,
                $"'{uri.Authority}' was not dialled: the Host header names '{header}', and a server is identified by the host in the URI. "
                + $"Put the name into the URI and dial another address with SocketsHttpHandler.ConnectCallback, or say IdentifyServerBy(...) in policy '{policy.Name}'.");
        }
    }

    // HTTP/3 has a TLS stack of its own with no place for a gate. What may be lower or higher is held at HTTP/2, with the same meaning otherwise.
    private static void CheckVersion(HttpRequestMessage request, Uri uri)
    {
        if (request.Version.Major >= 3 && request.VersionPolicy != HttpVersionPolicy.RequestVersionOrLower)
        {
            throw new HttpRequestException(
                HttpRequestError.VersionNegotiationError,
                $"'{uri.Authority}' was not dialled: the request insists on HTTP/{request.Version}, over which no server can be judged before the first byte. Ask for HTTP/2.");
        }

        if (request.Version.Major >= 3)
        {
            request.Version = HttpVersion.Version20;
        }
        else if (request.VersionPolicy == HttpVersionPolicy.RequestVersionOrHigher)
        {
            request.VersionPolicy = request.Version.Major == 2 ? HttpVersionPolicy.RequestVersionExact : HttpVersionPolicy.RequestVersionOrLower;
            request.Version = HttpVersion.Version20;
        }
    }
}
