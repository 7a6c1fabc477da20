using System.Buffers;
using System.Globalization;
using System.Text;
using MutualTls.Encoding;

namespace MutualTls.Certificates;

/// <summary>Compares attribute values after the string preparation of RFC 4518, as RFC 5280 section 7.1 asks.</summary>
/// <remarks>
/// Characters in the ASCII range take a path that allocates nothing. Values of other types match by their octets and type. An application in
/// invariant globalization mode has no tables to normalize with: there values are compared as they stand, and a composed and a decomposed letter
/// differ. Whoever lets in what is not equal must ask <see cref="MayBeEqual"/> there.
/// </remarks>
internal static class PreparedString
{
    // None of these has a decomposition that NFKC keeps, nor joins with another of them.
    private static readonly SearchValues<char> Stable =
        SearchValues.Create([.. Enumerable.Range(0, 0x80).Concat(Enumerable.Range(0xC0, 0x40)).Select(code => (char)code)]);

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Gets whether this process can tell that a composed and a decomposed letter are the same.</summary>
    public static bool CanNormalize { get; } = "e\u0301".Normalize(NormalizationForm.FormKC) == "\u00E9";

    /// <summary>Tells whether two values are equal, or would be for all we know without tables to normalize with.</summary>
    public static bool MayBeEqual(byte leftTag, ReadOnlySpan<byte> left, byte rightTag, ReadOnlySpan<byte> right) =>
        AreEqual(leftTag, left, rightTag, right) || !IsTheSameNormalized(leftTag, left) || !IsTheSameNormalized(rightTag, right);

    /// <summary>Tells whether normalizing certainly changes nothing: all is ASCII or a composed letter of Latin-1, or is no text.</summary>
    public static bool IsTheSameNormalized(byte tag, ReadOnlySpan<byte> value) => Text(tag, value) is not { } text || !text.AsSpan().ContainsAnyExcept(Stable);

    public static bool AreEqual(byte leftTag, ReadOnlySpan<byte> left, byte rightTag, ReadOnlySpan<byte> right)
    {
        if (leftTag == rightTag && left.SequenceEqual(right))
        {
            return true;
        }

        if (!IsText(leftTag) || !IsText(rightTag))
        {
            return false;
        }

        if (IsPlainAscii(leftTag, left) && IsPlainAscii(rightTag, right))
        {
            AsciiFold leftFold = new(left), rightFold = new(right);
            int next;
            do
            {
                next = leftFold.Next();
                if (next != rightFold.Next())
                {
                    return false;
                }
            }
            while (next >= 0);
            return true;
        }

        return Prepare(leftTag, left) is { } preparedLeft && Prepare(rightTag, right) is { } preparedRight
            && string.Equals(preparedLeft, preparedRight, StringComparison.Ordinal);
    }

    public static int Hash(byte tag, ReadOnlySpan<byte> value)
    {
        HashCode hash = default;
        if (IsText(tag) && IsPlainAscii(tag, value))
        {
            AsciiFold fold = new(value);
            for (int next = fold.Next(); next >= 0; next = fold.Next())
            {
                hash.Add(next);
            }
        }
        else if (IsText(tag) && Prepare(tag, value) is { } prepared)
        {
            foreach (char character in prepared)
            {
                hash.Add((int)character);
            }
        }
        else
        {
            hash.AddBytes(value);
        }

        return hash.ToHashCode();
    }

    /// <summary>Writes a value so that equal ones, and no others, have equal keys.</summary>
    public static string Key(byte tag, ReadOnlySpan<byte> value) =>
        IsText(tag) && Prepare(tag, value) is { } prepared ? $"text {prepared}" : $"{tag:X2} {Convert.ToHexString(value)}";

    /// <summary>Reads a value as text, or nothing if it is not text or not well-formed.</summary>
    public static string? Text(byte tag, ReadOnlySpan<byte> value)
    {
        try
        {
            return tag switch
            {
                DerTag.Utf8String or DerTag.PrintableString or DerTag.Ia5String => StrictUtf8.GetString(value),
                DerTag.TeletexString => System.Text.Encoding.Latin1.GetString(value),
                DerTag.BmpString when value.Length % 2 == 0 => System.Text.Encoding.BigEndianUnicode.GetString(value),
                DerTag.UniversalString when value.Length % 4 == 0 => new UTF32Encoding(bigEndian: true, byteOrderMark: false, throwOnInvalidCharacters: true).GetString(value),
                _ => null,
            };
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool IsText(byte tag) =>
        tag is DerTag.Utf8String or DerTag.PrintableString or DerTag.Ia5String or DerTag.TeletexString or DerTag.BmpString or DerTag.UniversalString;

    private static bool IsPlainAscii(byte tag, ReadOnlySpan<byte> value) =>
        tag is not (DerTag.BmpString or DerTag.UniversalString) && !value.ContainsAnyExceptInRange((byte)' ', (byte)'~');

    // RFC 4518 section 2: transcode, map, normalize (NFKC), and handle insignificant spaces. Prohibited characters make no match.
    private static string? Prepare(byte tag, ReadOnlySpan<byte> value)
    {
        if (Text(tag, value) is not { } text)
        {
            return null;
        }

        char[] mapped = new char[text.Length];
        int length = 0;
        foreach (char character in text)
        {
            // 2.2: control and format characters map to nothing, other white space to a space.
            if (char.IsAsciiLetterOrDigit(character))
            {
                mapped[length++] = character;
            }
            else if (char.IsWhiteSpace(character))
            {
                mapped[length++] = ' ';
            }
            else if (char.GetUnicodeCategory(character) is not (UnicodeCategory.Control or UnicodeCategory.Format))
            {
                mapped[length++] = character;
            }
        }

        try
        {
            string folded = new string(mapped, 0, length).Normalize(NormalizationForm.FormKC).ToUpperInvariant().ToLowerInvariant().Normalize(NormalizationForm.FormKC);
            return string.Join(' ', folded.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Yields the lower-cased characters with leading and trailing spaces gone and inner runs of spaces as one.</summary>
    private ref struct AsciiFold(ReadOnlySpan<byte> value)
    {
        private readonly ReadOnlySpan<byte> _value = value.Trim((byte)' ');
        private int _position;

        public int Next()
        {
            if (_position == _value.Length)
            {
                return -1;
            }

            byte octet = _value[_position++];
            if (octet == ' ')
            {
                while (_value[_position] == ' ')
                {
                    _position++;
                }
            }

            return octet is >= (byte)'A' and <= (byte)'Z' ? octet | 0x20 : octet;
        }
    }
}
