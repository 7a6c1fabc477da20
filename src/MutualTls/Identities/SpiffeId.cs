using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using MutualTls.Certificates;

namespace MutualTls.Identities;

/// <summary>Holds the identity of a workload, <c>spiffe://trust-domain/path</c>. SPIFFE ID specification, section 2.</summary>
/// <remarks>
/// Read strictly: the scheme in lower case, no user, port, query, fragment or escape, no empty or dot segment, no slash at the end, at most
/// 2,048 characters. So two IDs are the same exactly if their text is.
/// </remarks>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed record SpiffeId
{
    internal const string Prefix = "spiffe://";
    private const int MaxLength = 2048, MaxTrustDomainLength = 255;

    private static readonly SearchValues<char> TrustDomainCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-_");
    private static readonly SearchValues<char> PathCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");

    private readonly string _text;

    private SpiffeId(string text, SpiffeTrustDomain trustDomain)
    {
        _text = text;
        TrustDomain = trustDomain;
    }

    /// <summary>Gets the trust domain.</summary>
    public SpiffeTrustDomain TrustDomain { get; }

    /// <summary>Gets the path with its first slash; empty for the trust domain itself.</summary>
    public string Path => _text[(Prefix.Length + TrustDomain.Name.Length)..];

    /// <summary>Reads a SPIFFE ID.</summary>
    /// <param name="text">The ID.</param>
    /// <returns>The ID.</returns>
    /// <exception cref="FormatException">It is none; the message says which rule it breaks.</exception>
    public static SpiffeId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out SpiffeId? id) ? id : throw new FormatException($"'{text}' is not a SPIFFE ID: {Check(text, stars: false)}.");
    }

    /// <summary>Reads a SPIFFE ID.</summary>
    /// <param name="text">The ID.</param>
    /// <param name="id">The ID, or null.</param>
    /// <returns>False if it is none.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out SpiffeId? id)
    {
        id = null;
        if (text is null || Check(text, stars: false) is not null)
        {
            return false;
        }

        ReadOnlySpan<char> rest = text.AsSpan(Prefix.Length);
        int slash = rest.IndexOf('/');
        id = new SpiffeId(text, SpiffeTrustDomain.Parse((slash < 0 ? rest : rest[..slash]).ToString()));
        return true;
    }

    /// <summary>Tells whether this is an ID of that trust domain.</summary>
    /// <param name="trustDomain">The trust domain.</param>
    /// <returns>True if it is.</returns>
    public bool MemberOf(SpiffeTrustDomain trustDomain) => TrustDomain == trustDomain;

    /// <summary>Writes the ID.</summary>
    public override string ToString() => _text;

    internal static bool HasScheme(ReadOnlySpan<byte> uri) => uri.Length >= 7 && System.Text.Ascii.EqualsIgnoreCase(uri[..7], "spiffe:"u8);

    internal static bool IsTrustDomain(ReadOnlySpan<char> name) => name.Length is > 0 and <= MaxTrustDomainLength && !name.ContainsAnyExcept(TrustDomainCharacters);

    /// <summary>Gets what is wrong with a pattern of SPIFFE IDs of workloads, or null. Where a star may stand is not checked.</summary>
    internal static string? CheckPattern(ReadOnlySpan<byte> pattern)
    {
        string text = System.Text.Encoding.ASCII.GetString(pattern);
        return Check(text, stars: true)
            ?? (text.IndexOf('/', Prefix.Length) < 0 ? $"the SPIFFE ID of a workload has a path; for a whole trust domain write {text}/**" : null);
    }

    /// <summary>Gets the SPIFFE ID that a certificate proves, if any: its one and only URI, of a certificate that is no CA's. X.509-SVID specification, section 5.2.</summary>
    internal static bool TryGetPresented(ParsedCertificate endEntity, out ReadOnlySpan<byte> id)
    {
        id = default;
        int uris = 0;
        for (SubjectAlternativeNames names = new(endEntity); names.MoveNext();)
        {
            if (names.Kind == GeneralNameKind.Uri)
            {
                uris++;
                id = names.Value;
            }
        }

        bool signs = endEntity.IsCa || (endEntity.KeyUsages is { } usages && (usages & (KeyUsages.KeyCertSign | KeyUsages.CrlSign)) != 0);
        if (uris != 1 || id.Length > MaxLength || signs)
        {
            return false;
        }

        Span<char> text = stackalloc char[MaxLength];
        text = text[..System.Text.Encoding.ASCII.GetChars(id, text)];

        // 5.2: "a non-root path component".
        return Check(text, stars: false) is null && text[Prefix.Length..].Contains('/');
    }

    private static string? Check(ReadOnlySpan<char> text, bool stars)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return "it does not start with spiffe://";
        }

        if (text.Length > MaxLength)
        {
            return "it is longer than 2048 characters";
        }

        ReadOnlySpan<char> rest = text[Prefix.Length..];
        int slash = rest.IndexOf('/');
        if (!IsTrustDomain(slash < 0 ? rest : rest[..slash]))
        {
            return "its trust domain is not 1 to 255 lower-case letters, digits, '.', '-' and '_'";
        }

        if (slash < 0)
        {
            return null;
        }

        ReadOnlySpan<char> path = rest[(slash + 1)..];
        foreach (Range range in path.Split('/'))
        {
            ReadOnlySpan<char> segment = path[range];
            if (segment.IsEmpty)
            {
                return "its path has an empty segment or ends with a slash";
            }

            if (segment is "." or "..")
            {
                return "its path has a segment '.' or '..'";
            }

            if ((stars ? segment.Trim('*') : segment).ContainsAnyExcept(PathCharacters))
            {
                return "its path has more than letters, digits, '.', '-' and '_'";
            }
        }

        return null;
    }
}
