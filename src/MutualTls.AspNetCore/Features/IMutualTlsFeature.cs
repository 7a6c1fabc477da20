using MutualTls.Paths;
using MutualTls.Policies;

namespace MutualTls.AspNetCore.Features;

/// <summary>Tells what was found of the peer of a connection. Found in the features of the connection, and so in those of each of its requests.</summary>
/// <remarks>
/// It is there once the gate has let the connection through, before the first request. Without it, a request did not come by an endpoint with mutual TLS.
/// What a proxy forwarded is of the request, not of the connection, and is not told here.
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
public interface IMutualTlsFeature
{
    /// <summary>Gets the verdict of now: it changes while the connection is open (<see cref="MutualTls.Connections.ConnectionRegistry"/>). Ask <see cref="PeerVerdict.IsAuthenticated"/> before anything is granted: an anonymous client is accepted where the policy says so, and one that was refused is here where the policy only audits.</summary>
    PeerVerdict Verdict { get; }

    /// <summary>Gets the verified chain, or null of a client that did not prove who it is.</summary>
    VerifiedPath? Path => Verdict.IsAuthenticated ? Verdict.Path : null;

    /// <summary>Gets the name of the policy that judged.</summary>
    string PolicyName => Verdict.Policy.Name;

    /// <summary>Gets the server name that the client sent (SNI), in lower case and A-labels; null if none, or none that is a host name.</summary>
    string? ServerName { get; }
}
