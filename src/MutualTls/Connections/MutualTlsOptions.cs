using System.Net.Security;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MutualTls.Credentials;
using MutualTls.Identities;
using MutualTls.Policies;
using MutualTls.Sources;

namespace MutualTls.Connections;

/// <summary>Says how one end of a connection presents itself and whom it accepts.</summary>
/// <threadsafety>Not changed by the library; safe to share once set up.</threadsafety>
public abstract class MutualTlsOptions
{
    private protected MutualTlsOptions()
    {
    }

    /// <summary>Gets what we present; each connection takes what is current when it begins.</summary>
    /// <value>A <see cref="LocalCredential"/> can be given as it is.</value>
    public required SnapshotSource<LocalCredential> Credential { get; init; }

    /// <summary>Gets what we demand of the peer; each connection takes what is current when it begins.</summary>
    /// <value>A <see cref="PeerPolicy"/> can be given as it is.</value>
    public required SnapshotSource<PeerPolicy> Policy { get; init; }

    /// <summary>Gets how long the TLS handshake and the verdict may take together.</summary>
    /// <value>More than zero, at most one day. The default is 10 seconds.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is not. Without a deadline, silent peers would hold their places for good.</exception>
    public TimeSpan HandshakeTimeout
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromDays(1));
            field = value;
        }
    } = TimeSpan.FromSeconds(10);

    /// <summary>Gets the application protocols to offer (ALPN, RFC 7301), most wanted first.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<SslApplicationProtocol> ApplicationProtocols { get; init; } = [];

    /// <summary>Gets the engine that judges.</summary>
    /// <value>The default is <see cref="PeerPolicyEngine.Shared"/>.</value>
    public PeerPolicyEngine Engine { get; init; } = PeerPolicyEngine.Shared;

    /// <summary>Gets where verdicts and failures are logged.</summary>
    /// <value>The default is nowhere.</value>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}

/// <summary>Says how we connect to a server.</summary>
/// <inheritdoc/>
public sealed class MutualTlsClientOptions : MutualTlsOptions
{
    /// <summary>Gets the host that is dialled: sent as SNI if it is a name, and the name that the server's certificate must have.</summary>
    public required string TargetHost { get; init; }

    /// <summary>Gets the name that the server's certificate must have, if it is not the host that is dialled.</summary>
    /// <value>The default is null: what the policy's <c>IdentifyServerBy</c> says, else <see cref="TargetHost"/>. If the policy says so too, the certificate must have both.</value>
    public ReferenceIdentity? ExpectedIdentity { get; init; }

    /// <summary>Gets the name that a policy has us look for; null where it looks at names itself.</summary>
    /// <exception cref="ArgumentException">There is nothing to compare the server's names with.</exception>
    internal ReferenceIdentity? ExpectedBy(PeerPolicy policy) => ExpectedIdentity ?? ExpectedBy(policy, TargetHost);

    /// <summary>Gets the name that a policy has us look for at a host that is dialled.</summary>
    internal static ReferenceIdentity? ExpectedBy(PeerPolicy policy, string host)
    {
        if (NamesServer(policy))
        {
            return null;
        }

        try
        {
            return ReferenceIdentity.ForHost(host);
        }
        catch (ArgumentException exception)
        {
            throw new ArgumentException(
                $"'{host}' is neither a DNS name nor an IP address, so no server certificate can have it. Say IdentifyServerBy(...) in policy '{policy.Name}', or give the connection an ExpectedIdentity.",
                exception);
        }
    }

    /// <summary>Tells whether a policy looks at a server's names by itself, so that the host that is dialled does not matter.</summary>
    internal static bool NamesServer(PeerPolicy policy) => policy.Names.Server is not null || policy.AcceptAnyServerName;
}

/// <summary>Says how we serve clients.</summary>
/// <inheritdoc/>
public sealed class MutualTlsServerOptions : MutualTlsOptions
{
    /// <summary>Gets the most handshakes in progress at once; further connections wait in the operating system's queue.</summary>
    /// <value>At least 1. The default is 256: slow peers then hold about 256 sockets and no threads.</value>
    /// <remarks>While others wait, a peer that has not done its part of the handshake within a second gives way.</remarks>
    public int MaxConcurrentHandshakes { get; init; } = 256;

    /// <summary>Gets what is told of each connection that did not come about, from a thread of the pool.</summary>
    /// <value>The default is null: nothing. Exceptions it throws are logged.</value>
    public Action<MutualTlsException>? OnRefused { get; init; }
}
