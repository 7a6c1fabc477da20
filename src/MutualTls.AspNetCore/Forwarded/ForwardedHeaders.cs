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

    /// <summary>Takes them all away, that of the application's own name too, also with underscores in the place of hyphens.</summary>
    /// <returns>Whether there were any.</returns>
    public static bool Strip(IHeaderDictionary headers, string own)
    {
        bool any = headers.Remove(own);
        foreach (string name in s_known)
        {
            any |= headers.Remove(name);
        }

        return any | StripUnderscored(headers, own);
    }

    // A backend that follows CGI (RFC 3875 section 4.1.18) reads an underscore as a hyphen, and requests may be passed on to one.
    private static bool StripUnderscored(IHeaderDictionary headers, string own)
    {
        List<string>? found = null;
        foreach ((string name, _) in headers)
        {
            if (name.Contains('_', StringComparison.Ordinal) && Names(own, name.Replace('_', '-')))
            {
                (found ??= []).Add(name);
            }
        }

        foreach (string name in found ?? [])
        {
            headers.Remove(name);
        }

        return found is not null;
    }

    private static bool Names(string own, string name) =>
        string.Equals(name, own.Replace('_', '-'), StringComparison.OrdinalIgnoreCase) || s_known.Contains(name, StringComparer.OrdinalIgnoreCase);
}
