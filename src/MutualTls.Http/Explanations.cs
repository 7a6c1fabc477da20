using System.Security.Authentication;
using MutualTls.Connections;
using MutualTls.Credentials;

namespace MutualTls.Http;

/// <summary>Says in the exception that callers see what ended a connection.</summary>
internal static class Explanations
{
    /// <summary>Finds out what ended the connection; null where it has nothing to do with mutual TLS.</summary>
    public static MutualTlsException? Find(HttpRequestException exception, HttpRequestMessage request, Generation generation, long began)
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
            : generation.Gates.ClosedBy(request.RequestUri!.IdnHost, began);
    }

    public static HttpRequestException Explain(HttpRequestException exception, MutualTlsException reason, HttpRequestMessage request, LocalCredential presented)
    {
        string host = request.RequestUri!.Authority;
        return reason.Error == MutualTlsError.PeerRefused
            ? new HttpRequestException(HttpRequestError.SecureConnectionError, $"The server '{host}' was refused. {reason.Message}", reason)
            : new HttpRequestException(exception.HttpRequestError, $"No answer from '{host}'. {reason.Message} We present '{presented}'.", reason);
    }
}
