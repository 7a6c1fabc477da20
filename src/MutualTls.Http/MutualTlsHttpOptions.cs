using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MutualTls.Credentials;
using MutualTls.Policies;
using MutualTls.Sources;

namespace MutualTls.Http;

/// <summary>Says how <see cref="MutualTlsHttpHandler"/> presents itself and which servers it accepts.</summary>
/// <threadsafety>Not changed by the library; safe to share once set up.</threadsafety>
public sealed class MutualTlsHttpOptions
{
    /// <summary>Gets what we present, always with its intermediates; once it changes, new connections present the new one.</summary>
    /// <value>A <see cref="LocalCredential"/> can be given as it is.</value>
    public required SnapshotSource<LocalCredential> Credential { get; init; }

    /// <summary>Gets what else we may present: the first fits that leads to an issuer which the server says it accepts (RFC 8446 section 4.2.4), <see cref="Credential"/> being the first.</summary>
    /// <value>
    /// The default is none, and then <see cref="Credential"/> is presented whatever the server says. With any, the first connection to a server is made
    /// twice: once to hear what it asks for, which presents nothing. A server that names no issuers is presented <see cref="Credential"/>.
    /// </value>
    public IReadOnlyList<SnapshotSource<LocalCredential>> OtherCredentials { get; init; } = [];

    /// <summary>Gets what is presented to certain hosts in the place of <see cref="Credential"/> and <see cref="OtherCredentials"/>.</summary>
    /// <value>The default is none. Redirects lead to the credential of the host they lead to.</value>
    public IReadOnlyList<HostCredential> HostCredentials { get; init; } = [];

    /// <summary>Gets what we demand of servers; once it changes, no request is sent over a connection that was made before.</summary>
    /// <value>A <see cref="PeerPolicy"/> can be given as it is.</value>
    public required SnapshotSource<PeerPolicy> Policy { get; init; }

    /// <summary>Gets what is set on each <see cref="SocketsHttpHandler"/> that is made: proxy, pool, timeouts, cookies, decompression.</summary>
    /// <value>
    /// The default is null: the runtime's defaults, but 15 seconds to connect and 15 minutes for a connection's life where nothing else is said.
    /// It runs once for each set of connections, so again after a credential or the policy has changed, and must do the same each time.
    /// Where there are several credentials, <see cref="SocketsHttpHandler.Credentials"/> must be a <see cref="System.Net.CredentialCache"/>, which says whom a password is for.
    /// Of <see cref="SocketsHttpHandler.SslOptions"/> only protocols, cipher suites and resumption may be set; the rest is what this library is for.
    /// </value>
    public Action<SocketsHttpHandler>? ConfigureHandler { get; init; }

    /// <summary>Gets the engine that judges.</summary>
    /// <value>The default is <see cref="PeerPolicyEngine.Shared"/>.</value>
    public PeerPolicyEngine Engine { get; init; } = PeerPolicyEngine.Shared;

    /// <summary>Gets where verdicts and failures are logged.</summary>
    /// <value>The default is nowhere.</value>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
