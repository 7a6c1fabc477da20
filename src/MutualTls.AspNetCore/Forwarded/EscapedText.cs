namespace MutualTls.AspNetCore.Forwarded;

/// <summary>Decodes percent-encoding (RFC 3986 section 2.1) of ASCII. A plus is a plus: base64 has it.</summary>
internal static class EscapedText
{
    public static bool TryDecode(ReadOnlySpan<char> text, out string decoded)
    {
        decoded = "";
        char[] characters = new char[text.Length];
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char character = text[i];
            if (character == '%')
            {
                if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                {
                    return false;
                }

                character = (char)Convert.ToInt32(text.Slice(i + 1, 2).ToString(), fromBase: 16);
                i += 2;
            }

            if (character is not ('\n' or '\r' or (>= ' ' and <= '~')))
            {
                return false;
            }

            characters[length++] = character;
        }

        decoded = new string(characters, 0, length);
        return true;
    }
}
