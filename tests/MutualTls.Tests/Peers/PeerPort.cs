using System.Net;
using System.Net.Sockets;

namespace MutualTls.Tests.Peers;

/// <summary>Ports for peers that must be told theirs before they listen.</summary>
/// <remarks>
/// They lie below those that systems hand out by themselves (Linux from 32768, Windows and macOS from 49152; RFC 6335 section 6),
/// so that no other socket of the tests is given one between the choice and the peer's start, or while the peer is down.
/// </remarks>
internal static class PeerPort
{
    private const int First = 20_000, Count = 10_000;

    private static int s_next = Environment.ProcessId * 37;

    public static int Next()
    {
        for (int i = 0; i < Count; i++)
        {
            int port = First + (int)((uint)Interlocked.Increment(ref s_next) % Count);
            if (IsFree(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || IsFree(IPAddress.IPv6Loopback, port)))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No port from {First} to {First + Count - 1} is free.");
    }

    // Those who listen on "localhost" listen on both. An address that this machine lacks is nobody's.
    private static bool IsFree(IPAddress address, int port)
    {
        try
        {
            using TcpListener listener = new(address, port);
            listener.Start();
            return true;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode == SocketError.AddressNotAvailable;
        }
    }
}
