using MutualTls.Connections;
using MutualTls.Policies;

namespace MutualTls.Testing;

/// <summary>Runs whole TLS handshakes in memory, with both ends in this process and no socket.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
public static class TestHandshake
{
    /// <summary>Connects the client of a PKI with its server, each trusting the root.</summary>
    /// <param name="pki">The PKI; the server is dialled as <c>localhost</c>.</param>
    /// <param name="serverPolicy">What the server demands beside that, or null.</param>
    /// <param name="clientPolicy">What the client demands beside that, or null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Both ends, or why there are none. Revocation is not checked unless a policy says so; the clock is that of the PKI.</returns>
    /// <exception cref="MutualTlsConfigurationException">A policy is not valid.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static Task<TestHandshakeResult> RunAsync(
        TestPki pki, Action<PeerPolicyBuilder>? serverPolicy = null, Action<PeerPolicyBuilder>? clientPolicy = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pki);
        PeerPolicyEngine engine = new(pki.TimeProvider);
        return RunAsync(
            new MutualTlsServerOptions { Credential = pki.Server.ToCredential(), Policy = Policy("clients", serverPolicy), Engine = engine },
            new MutualTlsClientOptions { TargetHost = "localhost", Credential = pki.Client.ToCredential(), Policy = Policy("servers", clientPolicy), Engine = engine },
            cancellationToken);

        PeerPolicy Policy(string name, Action<PeerPolicyBuilder>? configure) => PeerPolicy.Create(name, p =>
        {
            p.TrustPemText(pki.Root.ToPem()).WithoutRevocation();
            configure?.Invoke(p);
        });
    }

    /// <summary>Connects a client with a server.</summary>
    /// <param name="server">How the server serves.</param>
    /// <param name="client">How the client connects.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Both ends, or why there are none.</returns>
    /// <exception cref="ArgumentException">The target host is neither a DNS name nor an IP address.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static async Task<TestHandshakeResult> RunAsync(MutualTlsServerOptions server, MutualTlsClientOptions client, CancellationToken cancellationToken)
    {
        (Stream toServer, Stream toClient) = InMemoryDuplex.CreatePair();
        Task<(MutualTlsStream? Stream, MutualTlsException? Error)> serving = TryAsync(MutualTlsStream.AuthenticateAsServerAsync(toClient, server, cancellationToken));
        Task<(MutualTlsStream? Stream, MutualTlsException? Error)> connecting = TryAsync(MutualTlsStream.AuthenticateAsClientAsync(toServer, client, cancellationToken));
        try
        {
            await Task.WhenAll(serving, connecting).ConfigureAwait(false);
        }
        catch
        {
            await DisposeAsync(serving).ConfigureAwait(false);
            await DisposeAsync(connecting).ConfigureAwait(false);
            throw;
        }

        (MutualTlsStream? atServer, MutualTlsException? serverError) = await serving.ConfigureAwait(false);
        (MutualTlsStream? atClient, MutualTlsException? clientError) = await connecting.ConfigureAwait(false);

        // The client of a TLS 1.3 server that refused learns it at its first read only.
        if (serverError is not null && atClient is not null)
        {
            clientError = (await TryAsync(ReadAsync(atClient, cancellationToken)).ConfigureAwait(false)).Error;
        }

        TestHandshakeResult result = new(atServer, serverError, atClient, clientError);
        if (!result.IsAccepted)
        {
            await result.DisposeAsync().ConfigureAwait(false);
        }

        return result;
    }

    private static async Task<MutualTlsStream> ReadAsync(MutualTlsStream stream, CancellationToken cancellationToken)
    {
        await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return stream;
    }

    private static async Task<(MutualTlsStream? Stream, MutualTlsException? Error)> TryAsync(Task<MutualTlsStream> handshake)
    {
        try
        {
            return (await handshake.ConfigureAwait(false), null);
        }
        catch (MutualTlsException exception)
        {
            return (null, exception);
        }
    }

    private static async ValueTask DisposeAsync(Task<(MutualTlsStream? Stream, MutualTlsException? Error)> end)
    {
        if (end.IsCompletedSuccessfully && (await end.ConfigureAwait(false)).Stream is { } stream)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }
    }
}
