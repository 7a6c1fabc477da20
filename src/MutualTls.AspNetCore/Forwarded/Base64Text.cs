using System.Buffers;

namespace MutualTls.AspNetCore.Forwarded;

/// <summary>Reads base64 without the white space that the platform's reader passes over.</summary>
internal static class Base64Text
{
    private static readonly SearchValues<char> s_alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");

    public static bool TryRead(ReadOnlySpan<char> text, List<ReadOnlyMemory<byte>> certificates)
    {
        byte[] octets = new byte[(text.Length / 4 * 3) + 3];
        if (text.IsEmpty || text.ContainsAnyExcept(s_alphabet) || !Convert.TryFromBase64Chars(text, octets, out int length))
        {
            return false;
        }

        certificates.Add(octets.AsMemory(0, length));
        return true;
    }
}
