using System.Security.Cryptography.X509Certificates;
using MutualTls.Credentials;
using MutualTls.Sources;

namespace MutualTls.Http;

/// <summary>Knows what may be presented to which host.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed class CredentialTable
{
    private readonly Dictionary<string, CredentialSet> _byHost = new(StringComparer.OrdinalIgnoreCase);
    private readonly CredentialSet _others;
    private readonly SnapshotSource<LocalCredential>[] _all;

    public CredentialTable(MutualTlsHttpOptions options)
    {
        _others = new CredentialSet([options.Credential, .. options.OtherCredentials]);
        foreach (IGrouping<string, HostCredential> host in options.HostCredentials.GroupBy(h => h.Host, StringComparer.Ordinal))
        {
            _byHost.Add(host.Key, new CredentialSet([.. host.Select(h => h.Credential)]));
        }

        _all = [.. _others.Credentials, .. options.HostCredentials.Select(h => h.Credential)];
    }

    /// <summary>Gets whether there is anything to choose; if not, every connection of the client is the same.</summary>
    public bool HasChoice => _all.Length > 1;

    /// <summary>Gets a number that grows whenever a credential changes.</summary>
    public long Version
    {
        get
        {
            long version = 0;
            foreach (SnapshotSource<LocalCredential> credential in _all)
            {
                version += credential.Version;
            }

            return version;
        }
    }

    public CredentialSet For(string host)
    {
        if (_byHost.Count == 0)
        {
            return _others;
        }

        host = host.TrimEnd('.');
        int dot = host.IndexOf('.', StringComparison.Ordinal);
        return _byHost.TryGetValue(host, out CredentialSet? set) || (dot > 0 && _byHost.TryGetValue($"*{host[dot..]}", out set)) ? set : _others;
    }
}

/// <summary>What may be presented to a host, most wanted first.</summary>
internal sealed class CredentialSet(SnapshotSource<LocalCredential>[] credentials)
{
    public IReadOnlyList<SnapshotSource<LocalCredential>> Credentials => credentials;

    /// <summary>Chooses by what the server says it accepts (RFC 8446 section 4.2.4); a server that says nothing is presented the first.</summary>
    /// <param name="issuers">Names of CAs, as the runtime writes them.</param>
    /// <returns>The first that leads to one of them; null if none does.</returns>
    public SnapshotSource<LocalCredential>? Choose(string[] issuers) =>
        issuers.Length == 0 ? credentials[0] : Array.Find(credentials, c => IssuersOf(c.Current).Any(issuer => issuers.Contains(issuer, StringComparer.Ordinal)));

    public static IEnumerable<string> IssuersOf(LocalCredential credential) => credential.Intermediates.Prepend(credential.Certificate).Select(c => c.Issuer);
}
