using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using MutualTls.Connections;
using MutualTls.Credentials;

namespace MutualTls.Http;

/// <summary>Makes the SocketsHttpHandler that holds connections, with the gate where the application cannot take it out.</summary>
internal static class HandlerSetup
{
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    // Long for a dial and a handshake, short for a caller that waits; the runtime waits for ever.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    // Addresses change, and so does what nobody tells us of.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(15);

    /// <exception cref="MutualTlsConfigurationException">The application sets what is ours to set.</exception>
    public static SocketsHttpHandler Make(MutualTlsHttpOptions options, LocalCredential credential, ServerGates gates, CookieContainer cookies)
    {
        // One container for all handlers of a client, or its cookies would be gone with the credential.
        SocketsHttpHandler handler = new() { CookieContainer = cookies, ConnectTimeout = ConnectTimeout, PooledConnectionLifetime = ConnectionLifetime };
        try
        {
            options.ConfigureHandler?.Invoke(handler);
            Check(handler);
            SslClientAuthenticationOptions tls = handler.SslOptions;
            tls.EnabledSslProtocols = tls.EnabledSslProtocols == SslProtocols.None ? Protocols : tls.EnabledSslProtocols;
            tls.AllowRenegotiation = false;
            tls.ClientCertificateContext = credential.Context;
            tls.CertificateChainPolicy = HandshakeGate.PlatformPolicy;
            tls.RemoteCertificateValidationCallback = gates.Validate;
            handler.PlaintextStreamFilter = gates.FilterAsync;
            return handler;
        }
        catch
        {
            handler.Dispose();
            throw;
        }
    }

    public static MutualTlsConfigurationException Unusable(params string[] errors) => new("HTTP client", errors);

    private static void Check(SocketsHttpHandler handler)
    {
        SslClientAuthenticationOptions tls = handler.SslOptions;
        List<string> errors = [];
        Add(handler.PlaintextStreamFilter is not null, nameof(handler.PlaintextStreamFilter), "it is where servers are judged");
        Add(tls.RemoteCertificateValidationCallback is not null, "SslOptions.RemoteCertificateValidationCallback", "the policy decides");
        Add(tls.CertificateChainPolicy is not null, "SslOptions.CertificateChainPolicy", "the policy decides");
        Add(tls.LocalCertificateSelectionCallback is not null, "SslOptions.LocalCertificateSelectionCallback", "the credential is presented");
        Add(tls.ClientCertificates is { Count: > 0 }, "SslOptions.ClientCertificates", "the credential is presented");
        Add(tls.ClientCertificateContext is not null, "SslOptions.ClientCertificateContext", "the credential is presented");
        Add((tls.EnabledSslProtocols & ~Protocols) != 0, "SslOptions.EnabledSslProtocols", "TLS 1.2 and 1.3 are all there is");
        if (errors.Count > 0)
        {
            throw Unusable([.. errors]);
        }

        void Add(bool isSet, string option, string why)
        {
            if (isSet)
            {
                errors.Add($"ConfigureHandler sets {option}: {why}.");
            }
        }
    }
}
