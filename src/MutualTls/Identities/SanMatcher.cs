using System.Collections.Immutable;
using MutualTls.Certificates;
using MutualTls.Paths;

namespace MutualTls.Identities;

/// <summary>Tells whether a peer has one of a set of names. The cost of an answer does not depend on how many names there are.</summary>
/// <remarks>
/// <para>A pattern is a kind, a colon and a name; names match names of the same kind only, and the common name is never taken for one.</para>
/// <list type="bullet">
/// <item><c>dns:name</c>, <c>dns:*.domain</c> for exactly one more label, <c>dns:**.domain</c> for one or more. A wildcard in the certificate matches only a pattern that covers all it stands for.</item>
/// <item><c>ip:10.0.0.7</c>, <c>ip:10.0.0.0/8</c>, <c>ip:2001:db8::/32</c>.</item>
/// <item><c>email:name@domain</c>, and before the @ also <c>*</c>, <c>prefix*</c> or <c>*suffix</c>. The domain is compared without case.</item>
/// <item><c>uri:</c> octet for octet; after <c>scheme://authority/</c> a segment may be <c>*</c>, <c>prefix*</c> or <c>*suffix</c>, and the last one <c>**</c> for one or more segments. A star never stands for a slash, a query or an escape.
/// A SPIFFE ID counts only if it is the only URI of the certificate and keeps to its specification.</item>
/// <item><c>upn:name@realm</c>, the user principal name of Windows, as for email and without case.</item>
/// <item><c>other:1.2.3=value</c>, a name of another form by its OID; the value as text with a star at its start or end, or as <c>#</c> and the hexadecimal of its DER.</item>
/// <item><c>subject:OU=Devices,O=Acme</c>, attributes that the subject must have all of, RFC 4514 style, whole values without wildcards.</item>
/// </list>
/// </remarks>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class SanMatcher
{
    private readonly NameMatching _matching;
    private readonly DnsTable _dns;
    private readonly AddressRanges _addresses;
    private readonly AddressTable _emails;
    private readonly UriTable _uris;
    private readonly OtherNameTable _others;
    private readonly SubjectTable _subjects;

    private SanMatcher(NameMatching matching, ImmutableArray<string> patterns)
    {
        _matching = matching;
        Patterns = patterns;
        _dns = new DnsTable(matching);
        _addresses = new AddressRanges(matching);

        // RFC 5280 7.5: the part before the @ is the receiving host's business, so its case counts.
        _emails = new AddressTable(matching, matching == NameMatching.Deny ? OctetComparer.IgnoreCase : OctetComparer.Exact);
        _uris = new UriTable(matching);
        _others = new OtherNameTable(matching);
        _subjects = new SubjectTable(matching);
    }

    /// <summary>Gets the patterns.</summary>
    public ImmutableArray<string> Patterns { get; }

    /// <summary>Makes a matcher of patterns, one of which a peer must match.</summary>
    /// <param name="patterns">The patterns. With none, nothing matches.</param>
    /// <returns>The matcher.</returns>
    /// <exception cref="ArgumentException">A pattern is malformed; the message says which are and what would be right.</exception>
    public static SanMatcher AnyOf(params IEnumerable<string> patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        List<string> errors = [];
        SanMatcher matcher = Create(NameMatching.Grant, patterns, (_, error) => errors.Add(error));
        return errors.Count == 0 ? matcher : throw new ArgumentException(string.Join(" ", errors), nameof(patterns));
    }

    /// <summary>Tells whether the end-entity of a verified path has one of the names.</summary>
    /// <param name="path">The path.</param>
    /// <returns>True if it has.</returns>
    public bool Matches(VerifiedPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Matches(path.EndEntity);
    }

    /// <summary>Writes the first patterns, for logs.</summary>
    public override string ToString() => string.Join(", ", Patterns.Take(5)) + (Patterns.Length > 5 ? $" and {Patterns.Length - 5} more" : "");

    /// <summary>Makes a matcher of those patterns that are well-formed, and tells of the others by their index.</summary>
    internal static SanMatcher Create(NameMatching matching, IEnumerable<string> patterns, Action<int, string> onError)
    {
        SanMatcher matcher = new(matching, [.. patterns]);
        for (int index = 0; index < matcher.Patterns.Length; index++)
        {
            if (matcher.Add(matcher.Patterns[index]) is { } wrong)
            {
                onError(index, $"'{matcher.Patterns[index]}': {wrong}.");
            }
        }

        matcher._subjects.Seal();
        return matcher;
    }

    internal bool Matches(ParsedCertificate endEntity) => MatchesName(endEntity, out _, out _) || _subjects.Matches(endEntity.SubjectName);

    /// <summary>Tells whether a subject alternative name matches, and which.</summary>
    internal bool MatchesName(ParsedCertificate endEntity, out GeneralNameKind kind, out ReadOnlySpan<byte> value)
    {
        bool? spiffeCounts = _matching == NameMatching.Deny ? true : null;
        for (SubjectAlternativeNames names = new(endEntity); names.MoveNext();)
        {
            kind = names.Kind;
            value = names.Value;
            if (kind switch
            {
                GeneralNameKind.Dns => _dns.Matches(value),
                GeneralNameKind.IpAddress => _addresses.Matches(value),
                GeneralNameKind.Email => _emails.Matches(value),
                GeneralNameKind.Uri => (!SpiffeId.HasScheme(value) || (spiffeCounts ??= SpiffeId.TryGetPresented(endEntity, out _))) && _uris.Matches(value),
                GeneralNameKind.OtherName => _others.Matches(value),
                _ => false,
            })
            {
                return true;
            }
        }

        kind = default;
        value = default;
        return false;
    }

    private string? Add(string pattern)
    {
        int colon = pattern.IndexOf(':', StringComparison.Ordinal);
        string kind = colon < 0 ? "" : pattern[..colon], name = pattern[(colon + 1)..];
        return name.Contains('\0', StringComparison.Ordinal) || string.IsNullOrWhiteSpace(name) ? "the name is empty or has a NUL" : kind switch
        {
            "dns" => _dns.Add(System.Text.Encoding.UTF8.GetBytes(name)),
            "ip" => _addresses.Add(name),
            "email" => _emails.Add(System.Text.Encoding.UTF8.GetBytes(name)),
            "uri" => _uris.Add(System.Text.Encoding.UTF8.GetBytes(name)),
            "upn" => _others.AddPrincipal(name),
            "other" => _others.Add(name),
            "subject" => _subjects.Add(name),
            _ => "a pattern is a kind, a colon and a name; the kinds are dns, ip, email, uri, upn, other and subject",
        };
    }
}
