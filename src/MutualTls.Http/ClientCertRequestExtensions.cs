using MutualTls.Policies;

namespace System.Net.Http;

/// <summary>Tells a backend, in headers, whose request is passed on to it. RFC 9440.</summary>
public static class ClientCertRequestExtensions
{
    private const string ClientCert = "Client-Cert", ClientCertChain = "Client-Cert-Chain";

    /// <summary>Sets <c>Client-Cert</c> and <c>Client-Cert-Chain</c> to the verified path of a client that connected to us; removes them if there is none.</summary>
    /// <param name="request">The request to the backend. What it has of these headers, copied from the client's request for example, is gone in either case.</param>
    /// <param name="client">Our verdict on the client; null, refused or anonymous is nobody.</param>
    /// <exception cref="ArgumentException">The verdict is on a server.</exception>
    /// <remarks>
    /// The chain is the one that was verified, without the trust anchor: not what the client sent. The backend must take these headers from us alone,
    /// so it should ask us for a certificate, and strip them from everybody else (RFC 9440 section 4). <rfc>9440 2</rfc>
    /// </remarks>
    public static void SetClientCert(this HttpRequestMessage request, PeerVerdict? client)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (client is { Role: not PeerRole.Client })
        {
            throw new ArgumentException("These headers say who a client is, and the verdict is on a server.", nameof(client));
        }

        request.Headers.Remove(ClientCert);
        request.Headers.Remove(ClientCertChain);
        if (client is not { IsAuthenticated: true, Path: { } path })
        {
            return;
        }

        request.Headers.TryAddWithoutValidation(ClientCert, Item(path.EndEntity.Der));
        if (path.Certificates.Count > 1)
        {
            request.Headers.TryAddWithoutValidation(ClientCertChain, string.Join(", ", path.Certificates.Skip(1).Select(c => Item(c.Der))));
        }
    }

    // RFC 9651 section 3.3.5: a byte sequence.
    private static string Item(ReadOnlyMemory<byte> der) => $":{Convert.ToBase64String(der.Span)}:";
}
