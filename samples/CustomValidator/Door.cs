using System.Net;
using MutualTls;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Sources;
using MutualTls.Testing;

namespace CustomValidator;

/// <summary>Serves on loopback under one policy, and tells what becomes of each peer that knocks.</summary>
internal sealed class Door(TestCertificate server, TestCertificateAuthority root, SnapshotSource<PeerPolicy> policy)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly PeerPolicyEngine _engine = new();

    /// <summary>Gets whether everything went as expected so far.</summary>
    public bool AllExpected { get; private set; } = true;

    /// <summary>Connects as this peer. <see cref="ValidationReason.None"/>: it is expected to come in.</summary>
    public async Task KnockAsync(string who, TestCertificate peer, ValidationReason expected)
    {
        PeerVerdict verdict = await JudgedAsync(peer);
        ValidationReason reason = verdict.Primary?.Reason ?? ValidationReason.None;
        bool asExpected = reason == expected && verdict.IsAuthenticated == (expected == ValidationReason.None);
        AllExpected &= asExpected;
        Console.WriteLine($"{(asExpected ? "ok " : "NOT AS EXPECTED ")}{who}: {(verdict.IsAuthenticated ? $"comes in as {verdict.Identity}" : $"stays out, {verdict.Primary}")}");
    }

    private async Task<PeerVerdict> JudgedAsync(TestCertificate peer)
    {
        using CancellationTokenSource stop = new(Patience);
        TaskCompletionSource<PeerVerdict> refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
        MutualTlsServerOptions options = new()
        {
            Credential = server.ToCredential(),
            Policy = policy,
            Engine = _engine,
            OnRefused = refusal => refused.TrySetResult(refusal.Verdict!),
        };
        await using MutualTlsListener listener = new(new IPEndPoint(IPAddress.Loopback, 0), options);
        Task<MutualTlsStream> accepting = listener.AcceptAsync(stop.Token).AsTask();
        MutualTlsClientOptions client = new()
        {
            TargetHost = "localhost",
            Credential = peer.ToCredential(),
            Policy = PeerPolicy.Create("server", p => p.TrustPemText(root.ToPem()).WithoutRevocation()),
        };
        try
        {
            await using MutualTlsStream stream = await MutualTlsConnector.DialAsync(listener.LocalEndPoint.Port, client, stop.Token);

            // In TLS 1.3 a client has connected before it is judged: the server's word counts.
            if (await Task.WhenAny(accepting, refused.Task).WaitAsync(stop.Token) == accepting)
            {
                await using MutualTlsStream accepted = await accepting;
                return accepted.Verdict;
            }
        }
        catch (MutualTlsException)
        {
        }

        return await refused.Task.WaitAsync(stop.Token);
    }
}
