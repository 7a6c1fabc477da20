using Microsoft.Extensions.Primitives;

namespace MutualTls.AspNetCore.Forwarded;

/// <summary>Reads the headers of RFC 9440: an Item, and a List of Items, each a Byte Sequence (RFC 8941) of one certificate.</summary>
internal static class Rfc9440
{
    /// <summary>Reads <c>Client-Cert</c>.</summary>
    public static bool TryReadItem(ReadOnlySpan<char> value, List<ReadOnlyMemory<byte>> certificates)
    {
        // RFC 8941 section 4.2 lets spaces stand around; parameters have no meaning here and are refused.
        value = value.Trim(' ');
        return value is [':', .. var inner, ':'] && Base64Text.TryRead(inner, certificates);
    }

    /// <summary>Reads <c>Client-Cert-Chain</c>, which may come in several lines.</summary>
    public static bool TryReadList(StringValues values, List<ReadOnlyMemory<byte>> certificates)
    {
        int length = 0;
        foreach (string? line in values)
        {
            length += line?.Length ?? 0;
            if (string.IsNullOrEmpty(line) || length > ForwardedReader.MaxLength)
            {
                return false;
            }

            ReadOnlySpan<char> list = line;
            foreach (Range item in list.Split(','))
            {
                if (certificates.Count > ForwardedReader.MaxCertificates || !TryReadItem(list[item].Trim('\t'), certificates))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
