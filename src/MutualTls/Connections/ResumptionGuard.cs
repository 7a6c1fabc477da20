using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using MutualTls.Credentials;
using MutualTls.Findings;
using MutualTls.Policies;

namespace MutualTls.Connections;

/// <summary>Stops offering TLS resumption to clients whom resumed sessions lock out, until that is over.</summary>
/// <remarks>
/// The runtime shares sessions by server certificate, whatever the policy. Every connection is judged, so that is safe; but a resumed session
/// brings no intermediates, and one that began at an endpoint which asked for no certificate brings none at all, again and again.
/// Nothing tells a resumed handshake from a full one (.NET 10), and a stranger that is refused in a full one looks the same. So it is stopped for the address
/// that it came from, and nobody else: whoever is refused has full handshakes from then on. Where the address is not known, as behind a stream that is no
/// socket's, all such clients are one.
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal static class ResumptionGuard
{
    /// <summary>OpenSSL's sessions live for two hours at most: after that a client has none left to offer.</summary>
    public static readonly TimeSpan SessionLifetime = TimeSpan.FromHours(2);

    /// <summary>Some 100 bytes each. Of more, any one gives way: that client may be refused once more.</summary>
    public const int MaxSuspended = 10_000;

    private static readonly ConcurrentDictionary<Client, Suspension> Suspended = new();

    // An empty dictionary takes all its locks to say so, and this is asked in each handshake.
    private static volatile bool s_everSuspended;

    public static int Count => Suspended.Count;

    public static bool AllowsResumption(LocalCredential credential, EndPoint? client, DateTimeOffset now) =>
        !s_everSuspended || !Suspended.TryGetValue(Client.Of(credential, client), out Suspension suspension) || now >= suspension.Until;

    /// <summary>Learns from a client's verdict.</summary>
    public static void Learn(LocalCredential credential, EndPoint? client, PeerVerdict verdict, int presentedCount, PeerPolicyEngine engine, ILogger logger)
    {
        if (verdict.IsAuthenticated)
        {
            // A full handshake brings the intermediates back, even where the verdict itself was remembered.
            if (s_everSuspended && presentedCount > 1 && Client.Of(credential, client) is var known && Suspended.TryGetValue(known, out Suspension suspension) && suspension.ForIntermediates)
            {
                engine.Remember(verdict);
                Suspended.TryRemove(known, out _);
            }

            return;
        }

        // A refusal that is not enforced locks nobody out.
        if (!verdict.IsEnforced)
        {
            return;
        }

        // The latter ends early once a full handshake has brought intermediates back.
        if (verdict.Primary?.Reason is ValidationReason.CertificateMissing || (verdict.Primary?.Reason is ValidationReason.IssuerUnknown && presentedCount == 1))
        {
            DateTimeOffset now = engine.TimeProvider.GetUtcNow();
            bool isNew = AllowsResumption(credential, client, now);
            if (Suspended.Count >= MaxSuspended && Suspended.FirstOrDefault() is { Key.Certificate: not null } any)
            {
                Suspended.TryRemove(any);
            }

            s_everSuspended = true;
            Suspended[Client.Of(credential, client)] = new Suspension(now + SessionLifetime, ForIntermediates: verdict.Primary.Value.Reason is ValidationReason.IssuerUnknown);
            if (isNew)
            {
                Log.ResumptionSuspended(logger, (client as IPEndPoint)?.Address.ToString() ?? "clients of unknown address", credential.Parsed.Subject, verdict.Primary!.Value.Code);
            }
        }
    }

    // One that has an address of IPv6 has all of the last 64 bits.
    private readonly record struct Client(string Certificate, UInt128 Address)
    {
        public static Client Of(LocalCredential credential, EndPoint? client)
        {
            Span<byte> octets = stackalloc byte[16];
            octets.Clear();
            if (client is IPEndPoint { Address: { } address })
            {
                bool isIPv4 = address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6;
                (isIPv4 ? address.MapToIPv6() : address).TryWriteBytes(octets, out _);
                octets = isIPv4 ? octets : octets[..8];
            }

            return new Client(credential.Parsed.Sha256Fingerprint, octets.Length == 16 ? BinaryPrimitives.ReadUInt128BigEndian(octets) : (UInt128)BinaryPrimitives.ReadUInt64BigEndian(octets) << 64);
        }
    }

    private readonly record struct Suspension(DateTimeOffset Until, bool ForIntermediates);
}
