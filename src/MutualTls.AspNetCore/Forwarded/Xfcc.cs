namespace MutualTls.AspNetCore.Forwarded;

/// <summary>Reads <c>X-Forwarded-Client-Cert</c> as Envoy writes it: one element of pairs, of which <c>Cert</c> and <c>Chain</c> count.</summary>
internal static class Xfcc
{
    public static bool TryRead(ReadOnlySpan<char> value, List<ReadOnlyMemory<byte>> certificates)
    {
        string? cert = null, chain = null;
        while (!value.IsEmpty)
        {
            if (!TryReadPair(ref value, out ReadOnlySpan<char> key, out string content))
            {
                return false;
            }

            bool isCert = key.Equals("Cert", StringComparison.OrdinalIgnoreCase), isChain = key.Equals("Chain", StringComparison.OrdinalIgnoreCase);
            if ((isCert && cert is not null) || (isChain && chain is not null))
            {
                return false;
            }

            cert = isCert ? content : cert;
            chain = isChain ? content : chain;
        }

        return chain is null ? cert is not null && TryReadPem(cert, certificates) && certificates.Count == 1 : TryReadChain(chain, cert, certificates);
    }

    // The chain begins with the client's own certificate; where both are given they must agree.
    private static bool TryReadChain(string chain, string? cert, List<ReadOnlyMemory<byte>> certificates)
    {
        List<ReadOnlyMemory<byte>> first = [];
        return TryReadPem(chain, certificates)
            && (cert is null || (TryReadPem(cert, first) && first.Count == 1 && first[0].Span.SequenceEqual(certificates[0].Span)));
    }

    private static bool TryReadPem(string content, List<ReadOnlyMemory<byte>> certificates) =>
        EscapedText.TryDecode(content, out string pem) && PemText.TryRead(pem, certificates);

    // key=value, or key="value" with backslashes; then a semicolon or the end. A comma would begin the element of another proxy.
    private static bool TryReadPair(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> key, out string content)
    {
        content = "";
        int equals = rest.IndexOf('=');
        key = equals < 0 ? default : rest[..equals];
        if (key.IsEmpty || key.ContainsAnyExceptInRange('A', 'z'))
        {
            return false;
        }

        rest = rest[(equals + 1)..];
        if (rest is ['"', ..])
        {
            if (!TryReadQuoted(ref rest, out content))
            {
                return false;
            }
        }
        else
        {
            int end = rest.IndexOfAny(";,\"\\");
            if (end >= 0 && rest[end] != ';')
            {
                return false;
            }

            content = (end < 0 ? rest : rest[..end]).ToString();
            rest = end < 0 ? default : rest[end..];
        }

        if (rest.IsEmpty)
        {
            return true;
        }

        bool goesOn = rest[0] == ';' && rest.Length > 1;
        rest = rest[1..];
        return goesOn;
    }

    private static bool TryReadQuoted(ref ReadOnlySpan<char> rest, out string content)
    {
        char[] characters = new char[rest.Length];
        int length = 0;
        content = "";
        for (int i = 1; i < rest.Length; i++)
        {
            if (rest[i] == '"')
            {
                content = new string(characters, 0, length);
                rest = rest[(i + 1)..];
                return true;
            }

            if (rest[i] == '\\' && ++i == rest.Length)
            {
                return false;
            }

            characters[length++] = rest[i];
        }

        return false;
    }
}
