using System.Security.Authentication;
using MutualTls.Connections;
using MutualTls.Credentials;

namespace MutualTls.Http;

/// <summary>Says in the exception that callers see what ended a connection.</summary>
internal static class Explanations
{
    /// <summary>Finds out what ended the connection; null where it has nothing to do with mutual TLS.</summary>
    public static MutualTlsException? Find(HttpRequestException exception, Uri uri, ServerGates gates, long began)
    {
        for (Exception? inner = exception.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is MutualTlsException reason)
            {
                return reason;
            }
        }

        // TLS 1.2, and servers that send an alert in TLS 1.3, refuse us within the handshake.
        if (exception is { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: IOException or AuthenticationException })
        {
            return MutualTlsException.Failed(exception.InnerException);
        }

        return exception.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
            ? null
            : gates.ClosedBy(uri.IdnHost, began);
    }

    /// <param name="exception">The runtime's.</param>
    /// <param name="reason">What ended the connection.</param>
    /// <param name="uri">Where the request went.</param>
    /// <param name="presented">What we present there; null where the server asked for nothing.</param>
    public static HttpRequestException Explain(HttpRequestException exception, MutualTlsException reason, Uri uri, LocalCredential? presented) => reason.Error switch
    {
        MutualTlsError.NoSuitableCredential => exception,
        MutualTlsError.PeerRefused => new HttpRequestException(HttpRequestError.SecureConnectionError, $"The server '{uri.Authority}' was refused. {reason.Message}", reason),
        MutualTlsError.VerdictLost => new HttpRequestException(exception.HttpRequestError, $"No answer from '{uri.Authority}'. {reason.Message}", reason),
        _ => new HttpRequestException(
            exception.HttpRequestError,
            $"No answer from '{uri.Authority}'. {reason.Message} {(presented is null ? "It asked for no certificate." : $"We present '{presented}'.")}", reason),
    };
}
