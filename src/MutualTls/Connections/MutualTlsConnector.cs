using System.Net.Sockets;

namespace MutualTls.Connections;

/// <summary>Connects to servers over TCP.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
public sealed class MutualTlsConnector
{
    private readonly MutualTlsEndpoints _endpoints;

    internal MutualTlsConnector(MutualTlsEndpoints endpoints) => _endpoints = endpoints;

    /// <summary>Connects, with a credential and a policy that were registered by name.</summary>
    /// <param name="host">The host to dial, and the name that its certificate must have.</param>
    /// <param name="port">The TCP port, from 1 to 65,535.</param>
    /// <param name="credential">The name of what we present.</param>
    /// <param name="policy">The name of what we demand.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The stream, ready for application bytes.</returns>
    /// <exception cref="InvalidOperationException">There is no such credential or policy.</exception>
    /// <exception cref="MutualTlsException">The server was refused, or the handshake failed.</exception>
    /// <exception cref="SocketException">No TCP connection could be made.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public Task<MutualTlsStream> ConnectAsync(string host, int port, string credential, string policy, CancellationToken cancellationToken = default) =>
        DialAsync(port, _endpoints.ClientOptions(host, credential, policy), cancellationToken);

    /// <summary>Connects to the target host of <paramref name="options"/>, without any registration.</summary>
    /// <param name="port">The TCP port, from 1 to 65,535.</param>
    /// <param name="options">Whom to dial, who we are and whom we accept.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The stream, ready for application bytes.</returns>
    /// <exception cref="ArgumentException">There is nothing to compare the server's names with: neither a host nor anything in its place.</exception>
    /// <exception cref="MutualTlsException">The server was refused, or the handshake failed.</exception>
    /// <exception cref="SocketException">No TCP connection could be made.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static async Task<MutualTlsStream> DialAsync(int port, MutualTlsClientOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        _ = options.ExpectedBy(options.Policy.Current);
        TcpClient client = new() { NoDelay = true };
        try
        {
            // One deadline for each half: a host that does not answer costs at most one handshake timeout before TLS begins.
            using CancellationTokenSource deadline = new(options.HandshakeTimeout, options.Engine.TimeProvider);
            using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            try
            {
                string host = options.TargetHost is ['[', .. var inner, ']'] ? inner : options.TargetHost;
                await client.ConnectAsync(host, port, linked.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                throw new MutualTlsException(
                    MutualTlsError.HandshakeTimedOut, $"'{options.TargetHost}' did not answer on port {port} in time.", verdict: null, exception);
            }
            catch (SocketException exception)
            {
                // The platform does not say where to; its type takes a message or the exception inside, not both.
                throw new SocketException((int)exception.SocketErrorCode, $"{exception.Message} ('{options.TargetHost}', port {port})");
            }

            return await MutualTlsHandshake.AsClientAsync(client.GetStream(), options, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }
}
