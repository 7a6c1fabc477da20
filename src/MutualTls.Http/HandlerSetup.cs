using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
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
    public static Lane Make(MutualTlsHttpOptions options, LocalCredential? credential, ServerGates gates, CookieContainer cookies, bool hasChoice)
    {
        // One container for all handlers of a client, or its cookies would be gone with the credential.
        SocketsHttpHandler handler = new() { CookieContainer = cookies, ConnectTimeout = ConnectTimeout, PooledConnectionLifetime = ConnectionLifetime };
        try
        {
            options.ConfigureHandler?.Invoke(handler);
            Check(handler, hasChoice);
            SslClientAuthenticationOptions tls = handler.SslOptions;
            tls.EnabledSslProtocols = tls.EnabledSslProtocols == SslProtocols.None ? Protocols : tls.EnabledSslProtocols;
            tls.AllowRenegotiation = false;
            if (credential is null)
            {
                tls.LocalCertificateSelectionCallback = HearIssuers;
            }
            else
            {
                tls.ClientCertificateContext = credential.Context;
            }

            tls.CertificateChainPolicy = HandshakeGate.PlatformPolicy;
            tls.RemoteCertificateValidationCallback = gates.Validate;
            handler.PlaintextStreamFilter = gates.FilterAsync;
            int maxRedirects = hasChoice && handler.AllowAutoRedirect ? handler.MaxAutomaticRedirections : 0;
            handler.AllowAutoRedirect &= !hasChoice;
            return new Lane(new HttpMessageInvoker(handler), credential, maxRedirects);
        }
        catch
        {
            handler.Dispose();
            throw;
        }
    }

    public static MutualTlsConfigurationException Unusable(params string[] errors) => new("HTTP client", errors);

    // Asked once before the handshake, and again when the server asks; only then is there a certificate of the server's.
    private static X509Certificate HearIssuers(object sender, string host, X509CertificateCollection locals, X509Certificate? server, string[] issuers) =>
        server is null && issuers.Length == 0 ? null! : throw new IssuersAskedException(issuers);

    private static void Check(SocketsHttpHandler handler, bool hasChoice)
    {
        SslClientAuthenticationOptions tls = handler.SslOptions;
        List<string> errors = [];
        Add(handler.PlaintextStreamFilter is not null, nameof(handler.PlaintextStreamFilter), "it is where servers are judged");
        Add(hasChoice && handler.Credentials is not (null or CredentialCache), nameof(handler.Credentials), "with several certificates only a CredentialCache says whom a password is for");
        Add(tls.RemoteCertificateValidationCallback is not null, "SslOptions.RemoteCertificateValidationCallback", "the policy decides");
        Add(tls.CertificateChainPolicy is not null, "SslOptions.CertificateChainPolicy", "the policy decides");
        Add(tls.LocalCertificateSelectionCallback is not null, "SslOptions.LocalCertificateSelectionCallback", "the credential is presented");
        Add(tls.ClientCertificates is { Count: > 0 }, "SslOptions.ClientCertificates", "the credential is presented");
        Add(tls.ClientCertificateContext is not null, "SslOptions.ClientCertificateContext", "the credential is presented");
#pragma warning disable SYSLIB0040 // The old ones are refused.
        Add(tls.EncryptionPolicy != EncryptionPolicy.RequireEncryption, "SslOptions.EncryptionPolicy", "nothing is sent in the clear");
#pragma warning restore SYSLIB0040
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
