using System.Diagnostics.Metrics;
using System.Net.Security;
using MutualTls.Credentials;
using MutualTls.Policies;
using MutualTls.Revocation;

namespace MutualTls.Connections.Rehearsals;

/// <summary>Has a server that has started make two connections with itself, so that its first client waits less for code that is compiled and OpenSSL that is read in.</summary>
/// <remarks>
/// In memory, once a process, within a deadline, and not while there are clients already. Both ends are of a PKI of the moment, engine and policy are the rehearsal's own: no key,
/// credential, policy or log of the application is touched, and nothing is counted or remembered. docs/adr/0013 has what was measured.
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal static class Rehearsal
{
    /// <summary>The switch of the runtime (<see cref="AppContext"/>, <c>runtimeconfig.json</c>) that leaves it out when it is false.</summary>
    public const string Switch = "MutualTls.Rehearsal";

    // The second takes the ways of a verdict that is remembered.
    private const int Connections = 2;

    // Clients that wait already are there by then, and are served without a rehearsal that would take their processor.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // It takes a quarter of a second; a machine that needs more than this has better to do.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private static readonly CancellationTokenSource s_clients = new();

    private static int _begun;

    /// <summary>Gets whether there is one here. Elsewhere than on Linux keys may have to go through a store of the system.</summary>
    public static bool IsWanted => OperatingSystem.IsLinux() && (!AppContext.TryGetSwitch(Switch, out bool isOn) || isOn);

    /// <summary>Begins unless there was one in this process, and waits for nothing.</summary>
    /// <param name="stopping">Ends it early: the server stops.</param>
    public static void Begin(CancellationToken stopping = default)
    {
        if (IsWanted && Interlocked.Exchange(ref _begun, 1) == 0)
        {
            // Nothing of whoever starts the server flows into it, such as a span that is traced.
            ThreadPool.UnsafeQueueUserWorkItem(static stopping => _ = TryAsync(PauseAndRunAsync, stopping, s_clients.Token), stopping, preferLocal: false);
        }
    }

    /// <summary>Ends it: there is a client, who is not to share the processor with it. Costs a read once that is so.</summary>
    public static void GiveWay()
    {
        if (!s_clients.IsCancellationRequested)
        {
            _ = s_clients.CancelAsync();
        }
    }

    /// <summary>Runs, whatever comes of it: a server starts and serves without, and what goes wrong is for its clients to find out.</summary>
    internal static async Task TryAsync(Func<CancellationToken, Task> run, params CancellationToken[] ends)
    {
        try
        {
            using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(ends);
            end.CancelAfter(Deadline);
            await run(end.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // It is a convenience.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private static async Task PauseAndRunAsync(CancellationToken stop)
    {
        await Task.Delay(Pause, stop).ConfigureAwait(false);
        await RunAsync(stop).ConfigureAwait(false);
    }

    /// <summary>Makes the connections.</summary>
    internal static async Task RunAsync(CancellationToken stop)
    {
        using RehearsalPki pki = RehearsalPki.Make(TimeProvider.System.GetUtcNow(), stop);
        using Unheard meters = new();
        stop.ThrowIfCancellationRequested();
        RevocationService revocation = new(meterFactory: meters);
        await using (revocation.ConfigureAwait(false))
        {
            MutualTlsServerOptions options = new()
            {
                Credential = pki.Credential,
                Policy = PeerPolicy.Create("rehearsal", pki.Demand),
                Engine = new PeerPolicyEngine(revocation: revocation, meterFactory: meters) { SharesIntermediates = false },

                // Whoever runs it has the deadline.
                HandshakeTimeout = TimeSpan.FromDays(1),
            };
            for (int i = 0; i < Connections; i++)
            {
                stop.ThrowIfCancellationRequested();
                await ConnectAsync(options, stop).ConfigureAwait(false);
            }
        }
    }

    private static async Task ConnectAsync(MutualTlsServerOptions options, CancellationToken stop)
    {
        (Stream near, Stream far) = RehearsalStream.CreatePair();
        Task dialling = DialAsync(near, options.Credential.Current, stop), serving = ServeAsync(far, options, stop);

        // Both, so that of two failures none is left unseen; whichever end fails closes its stream, which ends the other.
        await Task.WhenAll(dialling, serving).ConfigureAwait(false);
    }

    private static async Task DialAsync(Stream transport, LocalCredential credential, CancellationToken stop)
    {
        SslStream stream = new(transport, leaveInnerStreamOpen: false);
        await using (stream.ConfigureAwait(false))
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    ClientCertificateContext = credential.Context,
                    AllowTlsResume = false,
                    CertificateChainPolicy = HandshakeGate.PlatformPolicy,
#pragma warning disable CA5359 // Both ends are this process.
                    RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
                },
                stop).ConfigureAwait(false);
            byte[] octet = new byte[1];
            await stream.WriteAsync(octet, stop).ConfigureAwait(false);
            await stream.ReadExactlyAsync(octet, stop).ConfigureAwait(false);
        }
    }

    private static async Task ServeAsync(Stream transport, MutualTlsServerOptions options, CancellationToken stop)
    {
        MutualTlsStream stream = await MutualTlsStream.AuthenticateAsServerAsync(transport, options, stop).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            byte[] octet = new byte[1];
            await stream.ReadExactlyAsync(octet, stop).ConfigureAwait(false);
            await stream.WriteAsync(octet, stop).ConfigureAwait(false);
        }
    }

    // What is made by a meter that was disposed of is told to no listener, whatever it listens to.
    private sealed class Unheard : IMeterFactory
    {
        public Meter Create(MeterOptions options)
        {
            Meter meter = new(options);
            meter.Dispose();
            return meter;
        }

        public void Dispose()
        {
        }
    }
}
