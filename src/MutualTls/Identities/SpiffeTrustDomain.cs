using System.Diagnostics.CodeAnalysis;

namespace MutualTls.Identities;

/// <summary>Names a SPIFFE trust domain: an authority that issues identities to workloads. SPIFFE ID specification, section 2.1.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed record SpiffeTrustDomain
{
    private SpiffeTrustDomain(string name) => Name = name;

    /// <summary>Gets the name, <c>partners.example</c> for example: lower-case letters, digits, dots, hyphens and underscores, at most 255.</summary>
    public string Name { get; }

    /// <summary>Reads a trust domain.</summary>
    /// <param name="text">Its name, or its SPIFFE ID <c>spiffe://name</c>.</param>
    /// <returns>The trust domain.</returns>
    /// <exception cref="FormatException">It is none.</exception>
    public static SpiffeTrustDomain Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out SpiffeTrustDomain? domain) ? domain
            : throw new FormatException($"'{text}' is not a SPIFFE trust domain: lower-case letters, digits, '.', '-' and '_', at most 255.");
    }

    /// <summary>Reads a trust domain.</summary>
    /// <param name="text">Its name, or its SPIFFE ID <c>spiffe://name</c>.</param>
    /// <param name="domain">The trust domain, or null.</param>
    /// <returns>False if it is none.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out SpiffeTrustDomain? domain)
    {
        ReadOnlySpan<char> name = text.AsSpan();
        name = name.StartsWith(SpiffeId.Prefix, StringComparison.Ordinal) ? name[SpiffeId.Prefix.Length..] : name;
        domain = SpiffeId.IsTrustDomain(name) ? new SpiffeTrustDomain(name.ToString()) : null;
        return domain is not null;
    }

    /// <summary>Writes the name.</summary>
    public override string ToString() => Name;
}
