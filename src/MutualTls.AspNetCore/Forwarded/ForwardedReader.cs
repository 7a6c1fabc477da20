using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using MutualTls.Policies;

namespace MutualTls.AspNetCore.Forwarded;

/// <summary>Reads the certificate that a trusted hop forwards: strictly, since two readers that differ are a way around one of them.</summary>
internal static class ForwardedReader
{
    /// <summary>The most characters of one header. Kestrel takes 32 KB of headers in all unless it is told otherwise.</summary>
    public const int MaxLength = 64 << 10;

    /// <summary>The most certificates of one header.</summary>
    public const int MaxCertificates = 16;

    /// <summary>Reads it.</summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="format">The form.</param>
    /// <param name="name">The header's name.</param>
    /// <param name="chain">What the hop says its client presented; null if it says nothing.</param>
    /// <returns>False if the header is there and is not of the form.</returns>
    public static bool TryRead(IHeaderDictionary headers, ForwardedFormat format, string name, out PresentedChain? chain)
    {
        chain = null;
        StringValues given = headers[name], others = format == ForwardedFormat.Rfc9440 ? headers[ForwardedHeaders.ClientCertChain] : default;
        if (given.Count == 0)
        {
            // Intermediates of nobody.
            return others.Count == 0;
        }

        // Twice the same header is one from the client and one from the proxy.
        if (given.Count > 1 || given[0] is not { Length: > 0 and <= MaxLength } value)
        {
            return false;
        }

        List<ReadOnlyMemory<byte>> certificates = [];
        bool isRead = format switch
        {
            ForwardedFormat.Rfc9440 => Rfc9440.TryReadItem(value, certificates) && Rfc9440.TryReadList(others, certificates),
            ForwardedFormat.Xfcc => Xfcc.TryRead(value, certificates),
            ForwardedFormat.EscapedPem => EscapedText.TryDecode(value, out string pem) && PemText.TryRead(pem, certificates),
            _ => Base64Text.TryRead(value, certificates),
        };
        if (!isRead || certificates.Count is 0 or > MaxCertificates)
        {
            return false;
        }

        chain = new PresentedChain(certificates);
        return true;
    }
}
