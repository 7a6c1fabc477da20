namespace MutualTls.AspNetCore.Forwarded;

/// <summary>Says in which form a proxy forwards the certificate of its client. One form is read; the headers of all others are taken away.</summary>
public enum ForwardedFormat
{
    /// <summary><c>Client-Cert</c>, and its intermediates in <c>Client-Cert-Chain</c>. RFC 9440.</summary>
    Rfc9440,

    /// <summary><c>X-Forwarded-Client-Cert</c> of Envoy, with exactly one element (<c>SANITIZE_SET</c>): its <c>Cert</c> and <c>Chain</c>. Its other fields are claims of the proxy and are not read.</summary>
    Xfcc,

    /// <summary>A certificate in PEM, percent-encoded: <c>$ssl_client_escaped_cert</c> of nginx. By default in <c>X-SSL-Client-Cert</c>.</summary>
    EscapedPem,

    /// <summary><c>X-ARR-ClientCert</c> of Azure App Service: the certificate in base64.</summary>
    AppService,
}
