using System.Net;
using System.Net.Sockets;

namespace MutualTls.Tests.Peers;

/// <summary>Ports for peers that must be told theirs before they listen.</summary>
/// <remarks>
/// They lie below those that systems hand out by themselves (Linux from 32768, Windows and macOS from 49152; RFC 6335 section 6),
/// so that no other socket of the tests is given one between the choice and the peer's start, or while the peer is down.
/// Other test projects, which run beside this one, choose in the same range: each port is claimed by a lock on an octet of one file, which ends with the process.
/// </remarks>
internal static class PeerPort
{
    private const int First = 20_000, Count = 10_000;

    private static readonly FileStream s_claims = new(
        Path.Combine(Path.GetTempPath(), $"mutualtls-ports-{Environment.UserName}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);

    private static int s_next = Environment.ProcessId * 37;

    public static int Next()
    {
        for (int i = 0; i < Count; i++)
        {
            int port = First + (int)((uint)Interlocked.Increment(ref s_next) % Count);
            if (IsClaimed(port) && IsFree(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || IsFree(IPAddress.IPv6Loopback, port)))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No port from {First} to {First + Count - 1} is free.");
    }

    // macOS has no such locks; the numbers of the processes alone keep them apart there.
    private static bool IsClaimed(int port)
    {
        if (OperatingSystem.IsMacOS())
        {
            return true;
        }

        try
        {
            s_claims.Lock(port, 1);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
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
