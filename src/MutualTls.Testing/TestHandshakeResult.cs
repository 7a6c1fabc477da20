using System.Diagnostics.CodeAnalysis;
using MutualTls.Connections;
using MutualTls.Policies;

namespace MutualTls.Testing;

/// <summary>Holds how a handshake in memory ended at either end.</summary>
/// <threadsafety>Immutable; safe from any thread. The streams are not: see <see cref="MutualTlsStream"/>.</threadsafety>
public sealed class TestHandshakeResult : IAsyncDisposable
{
    internal TestHandshakeResult(MutualTlsStream? server, MutualTlsException? serverError, MutualTlsStream? client, MutualTlsException? clientError)
    {
        Server = server;
        ServerError = serverError;
        Client = client;
        ClientError = clientError;
    }

    /// <summary>Gets whether both ends accepted each other; then both streams carry bytes.</summary>
    [MemberNotNullWhen(true, nameof(Server), nameof(Client))]
    public bool IsAccepted => Server is not null && Client is not null && ServerError is null && ClientError is null;

    /// <summary>Gets the server's end, or null if it did not accept the client.</summary>
    public MutualTlsStream? Server { get; }

    /// <summary>Gets the client's end, or null if it did not accept the server. Closed if the server refused.</summary>
    public MutualTlsStream? Client { get; }

    /// <summary>Gets what ended the connection at the server, or null.</summary>
    public MutualTlsException? ServerError { get; }

    /// <summary>Gets what ended the connection at the client, or null.</summary>
    public MutualTlsException? ClientError { get; }

    /// <summary>Gets the server's verdict on the client, or null if it came to none.</summary>
    public PeerVerdict? VerdictOnClient => Server?.Verdict ?? ServerError?.Verdict;

    /// <summary>Gets the client's verdict on the server, or null if it came to none.</summary>
    public PeerVerdict? VerdictOnServer => Client?.Verdict ?? ClientError?.Verdict;

    /// <summary>Closes both ends.</summary>
    /// <returns>A task that ends when they are closed.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Client is not null)
        {
            await Client.DisposeAsync().ConfigureAwait(false);
        }

        if (Server is not null)
        {
            await Server.DisposeAsync().ConfigureAwait(false);
        }
    }
}
