using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace MutualTls.Revocation.Fetching;

/// <summary>Decides which addresses a URL of a certificate may lead to. Private networks may be: that is where private CAs are.</summary>
/// <remarks>Judged is the address that is connected to, after the name was looked up, so a name that changes its address gains nothing.</remarks>
internal static class FetchAddresses
{
    // Metadata services of clouds outside of link-local: fd00:ec2::254 of AWS, fd20:ce::254 of Google, 100.100.100.200 of Alibaba, 192.0.0.192 of Oracle, and
    // 168.63.129.16, by which Azure manages its machines.
    private static readonly IPAddress[] MetadataServices =
    [
        new([0xFD, 0x00, 0x0E, 0xC2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54]),
        new([0xFD, 0x20, 0x00, 0xCE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54]),
        new([100, 100, 100, 200]),
        new([192, 0, 0, 192]),
        new([168, 63, 129, 16]),
    ];

    public static bool IsAllowed(IPAddress address, LocalAddresses local)
    {
        IPAddress target = Embedded(address) ?? address;
        return target.AddressFamily switch
        {
            AddressFamily.InterNetwork => IsAllowed4(target, local),
            AddressFamily.InterNetworkV6 => IsAllowed6(target, local),
            _ => false,
        };
    }

    /// <summary>Says behind an address why it is not asked. The option is named for this machine alone: it also opens a cloud's metadata service, which a hostile certificate may point to.</summary>
    public static string WhyRefused(IPAddress address) => IPAddress.IsLoopback(Embedded(address) ?? address)
        ? ", of this machine, and not asked; a test or a responder on this machine needs RevocationServiceOptions.Dangerous.AllowLocalAddresses"
        : ", where no revocation data is fetched from: of this link, a cloud's metadata service, or no server's";

    private static bool IsAllowed4(IPAddress address, LocalAddresses local)
    {
        Span<byte> octets = stackalloc byte[4];
        address.TryWriteBytes(octets, out _);
        return octets[0] switch
        {
            // "This network" (RFC 1122): Linux takes it for loopback. Multicast and what is reserved (RFC 1112) serve no HTTP.
            0 or >= 224 => false,

            // Loopback (RFC 1122) and link-local (RFC 3927).
            127 => local == LocalAddresses.Allowed,
            169 when octets[1] == 254 => local == LocalAddresses.Allowed,
            _ => local == LocalAddresses.Allowed || !MetadataServices.Contains(address),
        };
    }

    private static bool IsAllowed6(IPAddress address, LocalAddresses local)
    {
        if (address.Equals(IPAddress.IPv6Any) || address.IsIPv6Multicast)
        {
            return false;
        }

        return local == LocalAddresses.Allowed
            || !(IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || MetadataServices.Any(service => service.GetAddressBytes().AsSpan().SequenceEqual(address.GetAddressBytes())));
    }

    // The forms of IPv6 that carry an IPv4 address to which a router or the kernel delivers:
    // mapped (RFC 4291 2.5.5.2), compatible (2.5.5.1), NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056).
    private static IPAddress? Embedded(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return null;
        }

        Span<byte> octets = stackalloc byte[16];
        address.TryWriteBytes(octets, out _);
        ulong high = BinaryPrimitives.ReadUInt64BigEndian(octets);
        uint middle = BinaryPrimitives.ReadUInt32BigEndian(octets[8..]);
        uint low = BinaryPrimitives.ReadUInt32BigEndian(octets[12..]);
        bool mapped = high == 0 && middle == 0xFFFF;
        bool compatible = high == 0 && middle == 0 && low > 1;
        bool nat64 = (high == 0x0064_FF9B_0000_0000 && middle == 0) || high >> 16 == 0x0064_FF9B_0001;
        return mapped || compatible || nat64 ? new IPAddress(octets[12..])
            : high >> 48 == 0x2002 ? new IPAddress(octets[2..6])
            : null;
    }
}
