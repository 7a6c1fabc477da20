using System.Diagnostics.CodeAnalysis;
using MutualTls.Certificates;

namespace MutualTls.Pinning;

/// <summary>Names one public key: the SHA-256 of its SubjectPublicKeyInfo. RFC 7469 section 2.4.</summary>
/// <remarks>It stays the same when a certificate is renewed with the same key. A pin is a demand beside trust, never in its place.</remarks>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public readonly record struct SpkiPin
{
    private const string Slash = "sha256/", Header = "pin-sha256=";
    private readonly Sha256Value _hash;

    private SpkiPin(Sha256Value hash) => _hash = hash;

    /// <summary>Computes the pin of a certificate's key.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <returns>The pin.</returns>
    public static SpkiPin Of(ParsedCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return OfKey(certificate.SubjectPublicKeyInfo);
    }

    /// <summary>Reads a pin.</summary>
    /// <param name="text"><c>sha256/</c> and base64, <c>pin-sha256="..."</c>, or 64 hexadecimal digits with or without <c>sha256/</c>.</param>
    /// <returns>The pin.</returns>
    /// <exception cref="FormatException">It is none.</exception>
    public static SpkiPin Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out SpkiPin pin) ? pin
            : throw new FormatException($"'{text}' is not a pin; write sha256/ and the base64 (44 characters) or hexadecimal (64 digits) of the SHA-256 of a SubjectPublicKeyInfo.");
    }

    /// <summary>Reads a pin.</summary>
    /// <param name="text"><c>sha256/</c> and base64, <c>pin-sha256="..."</c>, or 64 hexadecimal digits with or without <c>sha256/</c>.</param>
    /// <param name="pin">The pin, or that of no key.</param>
    /// <returns>False if it is none.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out SpkiPin pin)
    {
        pin = default;
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        bool named = true;
        if (rest.StartsWith(Slash, StringComparison.OrdinalIgnoreCase))
        {
            rest = rest[Slash.Length..];
        }
        else if (rest.StartsWith(Header, StringComparison.OrdinalIgnoreCase))
        {
            rest = rest[Header.Length..].Trim('"');
        }
        else
        {
            named = false;
        }

        if (Sha256Value.TryParseHex(rest, out Sha256Value value))
        {
            pin = new SpkiPin(value);
            return true;
        }

        // Base64 without its kind could be the hash of anything: a whole certificate's, or SHA-1's.
        Span<byte> hash = stackalloc byte[Sha256Value.Length];
        if (!named || rest.Length != 44 || !Convert.TryFromBase64Chars(rest, hash, out int written) || written != hash.Length)
        {
            return false;
        }

        pin = new SpkiPin(new Sha256Value(hash));
        return true;
    }

    /// <summary>Writes the usual form, <c>sha256/</c> and base64.</summary>
    public override string ToString()
    {
        Span<byte> hash = stackalloc byte[Sha256Value.Length];
        _hash.CopyTo(hash);
        return Slash + Convert.ToBase64String(hash);
    }

    internal static SpkiPin OfKey(ReadOnlySpan<byte> subjectPublicKeyInfo) => new(Sha256Value.Of(subjectPublicKeyInfo));

    internal Sha256Value Hash => _hash;
}
