using MutualTls.Identities;
using MutualTls.Sources;

namespace MutualTls.Policies;

/// <content>Who may come in, by name. Patterns are those of <see cref="SanMatcher"/>; a malformed one is reported when the policy is compiled.</content>
public sealed partial class PeerPolicyBuilder
{
    /// <summary>Lets in peers with one of these DNS names, beside those let in by other names.</summary>
    /// <param name="names"><c>host.example</c>, <c>*.example</c> for one label, <c>**.example</c> for one or more.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder AllowDns(params IEnumerable<string> names) => AllowNames("dns:", names);

    /// <summary>Lets in peers with one of these URIs, beside those let in by other names.</summary>
    /// <param name="uris">A URI, or one with stars in its path: <c>spiffe://partners.example/*</c>.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder AllowUri(params IEnumerable<string> uris) => AllowNames("uri:", uris);

    /// <summary>Lets in every workload of a SPIFFE trust domain, beside those let in by other names.</summary>
    /// <param name="trustDomain">The trust domain.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder AllowMembersOf(SpiffeTrustDomain trustDomain)
    {
        ArgumentNullException.ThrowIfNull(trustDomain);
        return AllowUri($"spiffe://{trustDomain.Name}/**");
    }

    /// <summary>Lets in peers with one of these email addresses, beside those let in by other names.</summary>
    /// <param name="addresses"><c>name@domain</c>, with a star before the @ if need be.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder AllowEmail(params IEnumerable<string> addresses) => AllowNames("email:", addresses);

    /// <summary>Lets in peers whose certificate has one of these IP addresses, beside those let in by other names. Where the connection comes from is not looked at.</summary>
    /// <param name="addresses">An address, or a network such as <c>10.0.0.0/8</c>.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder AllowIp(params IEnumerable<string> addresses) => AllowNames("ip:", addresses);

    /// <summary>Lets in peers with one of these user principal names of Windows, beside those let in by other names.</summary>
    /// <param name="names"><c>name@realm</c>, with a star before the @ if need be.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder AllowUpn(params IEnumerable<string> names) => AllowNames("upn:", names);

    /// <summary>Lets in peers whose subject has all the attributes of one of these, beside those let in by other names. For PKIs without subject alternative names.</summary>
    /// <param name="attributes">For example <c>OU=Devices,O=Acme</c>, RFC 4514 style. The common name is an attribute like any other, never a host.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder AllowSubject(params IEnumerable<string> attributes) => AllowNames("subject:", attributes);

    /// <summary>Lets in peers with one of these names of any kind, beside those let in by other names.</summary>
    /// <param name="patterns">Patterns with their kind: <c>dns:*.example</c>, <c>other:1.2.3=value</c>.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder AllowName(params IEnumerable<string> patterns) => AllowNames("", patterns);

    /// <summary>Lets in peers with one of the names that a source has at that moment, beside those let in by other names.</summary>
    /// <param name="source">The source; a change counts for the next judgement.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder AllowNamesFrom(SnapshotSource<SanMatcher> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        Options.Names.Source = source;
        return this;
    }

    /// <summary>Demands that every peer has this name, beside all else.</summary>
    /// <param name="pattern">A pattern with its kind.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder RequireName(string pattern)
    {
        Options.Names.All.Add(pattern);
        return this;
    }

    /// <summary>Refuses peers with one of these names, whatever else they have.</summary>
    /// <param name="patterns">Patterns with their kind; compared without case, and with what a wildcard in the certificate covers.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder DenyName(params IEnumerable<string> patterns)
    {
        AddAll(Options.Names.None, "", patterns);
        return this;
    }

    /// <summary>Identifies servers by one of these names in the place of the host that is dialled.</summary>
    /// <param name="patterns">Patterns with their kind: <c>uri:spiffe://backend.example/orders</c>.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder IdentifyServerBy(params IEnumerable<string> patterns)
    {
        AddAll(Options.Names.IdentifyServerBy, "", patterns);
        return this;
    }

    private PeerPolicyBuilder AllowNames(string kind, IEnumerable<string> names)
    {
        AddAll(Options.Names.Any, kind, names);
        return this;
    }

    private static void AddAll(IList<string> list, string kind, IEnumerable<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        int before = list.Count;
        foreach (string value in values)
        {
            list.Add(kind + value);
        }

        // An empty list would say "anybody" where its writer may have meant "nobody".
        if (list.Count == before)
        {
            throw new ArgumentException("The list is empty: it says nothing.", nameof(values));
        }
    }
}
