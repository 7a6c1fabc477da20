using MutualTls.Credentials;
using MutualTls.Identities;
using MutualTls.Sources;

namespace MutualTls.Http;

/// <summary>Says what is presented to one host, or to the hosts below a domain, in the place of what is presented to all others.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class HostCredential
{
    /// <summary>Says what is presented to a host.</summary>
    /// <param name="host">A DNS name, an IP address, or <c>*.</c> and a DNS name: any one label before it, as in a certificate (RFC 9525 section 6.3). An exact name goes before a pattern.</param>
    /// <param name="credential">What is presented. Several for the same host are chosen from by the issuers that the server accepts, in their order.</param>
    /// <exception cref="ArgumentException"><paramref name="host"/> is none of these.</exception>
    public HostCredential(string host, SnapshotSource<LocalCredential> credential)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(host);
        ArgumentNullException.ThrowIfNull(credential);
        Host = Normalize(host);
        Credential = credential;
    }

    /// <summary>Gets the host or pattern, in lower case and A-labels.</summary>
    public string Host { get; }

    /// <summary>Gets what is presented.</summary>
    public SnapshotSource<LocalCredential> Credential { get; }

    internal static string Normalize(string host) =>
        host.StartsWith("*.", StringComparison.Ordinal) ? $"*.{ReferenceIdentity.ForDnsName(host[2..]).Text}" : ReferenceIdentity.ForHost(host).Text;
}
