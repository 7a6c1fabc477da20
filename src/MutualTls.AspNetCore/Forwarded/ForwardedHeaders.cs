using Microsoft.AspNetCore.Http;

namespace MutualTls.AspNetCore.Forwarded;

/// <summary>Knows the headers in which certificates are forwarded.</summary>
internal static class ForwardedHeaders
{
    public const string ClientCert = "Client-Cert", ClientCertChain = "Client-Cert-Chain";

    private static readonly string[] s_known =
    [
        ClientCert, ClientCertChain, "X-Forwarded-Client-Cert", "X-ARR-ClientCert", "X-SSL-Client-Cert", "X-SSL-Cert", "X-Client-Cert", "SSL-Client-Cert",
        "X-Forwarded-Tls-Client-Cert", "X-Forwarded-Tls-Client-Cert-Info", "X-Amzn-Mtls-Clientcert", "X-Amzn-Mtls-Clientcert-Leaf",
    ];

    public static string NameOf(ForwardedFormat format) => format switch
    {
        ForwardedFormat.Xfcc => "X-Forwarded-Client-Cert",
        ForwardedFormat.EscapedPem => "X-SSL-Client-Cert",
        ForwardedFormat.AppService => "X-ARR-ClientCert",
        _ => ClientCert,
    };

    /// <summary>Takes them all away, that of the application's own name too.</summary>
    /// <returns>Whether there were any.</returns>
    public static bool Strip(IHeaderDictionary headers, string own)
    {
        bool any = headers.Remove(own);
        foreach (string name in s_known)
        {
            any |= headers.Remove(name);
        }

        return any;
    }
}
