using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;
using MutualTls.Identities;
using MutualTls.Policies;

namespace MutualTls.Connections;

/// <summary>Runs one handshake through the gate, within its deadline.</summary>
internal static class MutualTlsHandshake
{
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    public static async Task<MutualTlsStream> AsClientAsync(Stream transport, MutualTlsClientOptions options, CancellationToken cancellationToken)
    {
        HandshakeGate gate = new(options.Engine, options.Policy, PeerRole.Server, options.ExpectedBy);
        ClosingTransport watched = new(transport);
        SslStream stream = new(watched, leaveInnerStreamOpen: false);
        SslClientAuthenticationOptions tls = new()
        {
            TargetHost = options.TargetHost is ['[', .. var inner, ']'] ? inner : options.TargetHost.TrimEnd('.'),
            ClientCertificateContext = options.Credential.Current.Context,
            EnabledSslProtocols = Protocols,
            AllowRenegotiation = false,
            CertificateChainPolicy = HandshakeGate.PlatformPolicy,
            RemoteCertificateValidationCallback = gate.Validate,
            ApplicationProtocols = options.ApplicationProtocols.Count == 0 ? null : [.. options.ApplicationProtocols],
        };
        PeerVerdict verdict = await RunAsync(stream, gate, options, stop => stream.AuthenticateAsClientAsync(tls, stop), cancellationToken).ConfigureAwait(false);
        MutualTlsStream made = new(stream, verdict, new EarlyEnd(() => watched.HasEnded));
        made.Follow(gate, options.Engine.TimeProvider, options.Logger);
        return made;
    }

    public static async Task<MutualTlsStream> AsServerAsync(Stream transport, MutualTlsServerOptions options, CancellationToken cancellationToken, Action? authenticated = null)
    {
        ServerHandshake handshake = new(options, AddressOf(transport));
        SslStream stream = new(transport, leaveInnerStreamOpen: false);
        SslServerAuthenticationOptions tls = handshake.TlsOptions();
        PeerVerdict verdict = await RunAsync(stream, handshake.Gate, options, AuthenticateAsync, cancellationToken, handshake.Learn).ConfigureAwait(false);
        MutualTlsStream made = new(stream, verdict, earlyEnd: null);
        made.Follow(handshake.Gate, options.Engine.TimeProvider, options.Logger);
        return made;

        async Task AuthenticateAsync(CancellationToken stop)
        {
            await stream.AuthenticateAsServerAsync(tls, stop).ConfigureAwait(false);
            authenticated?.Invoke();
        }
    }

    private static EndPoint? AddressOf(Stream transport)
    {
        try
        {
            return (transport as NetworkStream)?.Socket.RemoteEndPoint;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It has left already: the handshake will say so.
            return null;
        }
    }

    private static async Task<PeerVerdict> RunAsync(
        SslStream stream, HandshakeGate gate, MutualTlsOptions options, Func<CancellationToken, Task> authenticate, CancellationToken cancellationToken, Action? learn = null)
    {
        using CancellationTokenSource deadline = new(options.HandshakeTimeout, options.Engine.TimeProvider);
        using CancellationTokenSource? linked = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken) : null;
        CancellationToken stop = (linked ?? deadline).Token;
        bool opened = false;
        try
        {
            // A policy that was put in the place of another one is told of by the first connection under it.
            options.Policy.Current.Announce(options.Logger);
            await authenticate(stop).ConfigureAwait(false);
            PeerVerdict verdict = await gate.OpenAsync(stream, stop).ConfigureAwait(false);
            if (!verdict.MayConnect)
            {
                throw Refusal(options.Logger, verdict, innerException: null);
            }

            Log.Judged(options.Logger, verdict);
            opened = true;
            return verdict;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.HandshakeFailed(options.Logger, "timed out");
            throw new MutualTlsException(
                MutualTlsError.HandshakeTimedOut, $"The handshake was not done within {options.HandshakeTimeout.TotalSeconds:0.###} s.", gate.Verdict, exception);
        }
        catch (Exception exception) when (exception is AuthenticationException or (IOException and not MutualTlsException) or InvalidOperationException)
        {
            if (gate.Verdict is { Outcome: VerdictOutcome.Refused, IsEnforced: true } refused)
            {
                throw Refusal(options.Logger, refused, exception);
            }

            Log.HandshakeFailed(options.Logger, exception.Message);
            throw MutualTlsException.Failed(exception, gate.Verdict);
        }
        finally
        {
            try
            {
                // Before the end of the connection tells the client.
                learn?.Invoke();
            }
            finally
            {
                if (!opened)
                {
                    await stream.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
    }

    private static MutualTlsException Refusal(ILogger logger, PeerVerdict verdict, Exception? innerException)
    {
        Log.Judged(logger, verdict);
        return MutualTlsException.Refused(verdict, innerException);
    }
}
