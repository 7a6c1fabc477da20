using System.Net;

namespace MutualTls.Identities;

/// <summary>Holds IP addresses and networks (CIDR, RFC 4632), one look-up for each length of network in use.</summary>
/// <threadsafety>Safe from any thread once filled.</threadsafety>
internal sealed class AddressRanges(NameMatching matching)
{
    private static ReadOnlySpan<byte> MappedPrefix => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF];

    // Key: the network's octets, then its length. IPv4 and IPv6 differ in the number of octets.
    private readonly HashSet<byte[]> _networks = new(OctetComparer.Exact);
    private readonly SortedSet<(int Octets, int Bits)> _lengthSet = [];
    private (int Octets, int Bits)[] _lengths = [];

    /// <summary>Adds a pattern. Not null: what is wrong with it.</summary>
    public string? Add(string pattern)
    {
        int slash = pattern.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? pattern : pattern[..slash], out IPAddress? address) || (slash >= 0 && address.IsIPv4MappedToIPv6))
        {
            return "it is not an IP address, nor a network such as 10.0.0.0/8 or 2001:db8::/32";
        }

        // 127.1 and 0x7f000001 are addresses to the parser only.
        if (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork && !string.Equals(address.ToString(), slash < 0 ? pattern : pattern[..slash], StringComparison.Ordinal))
        {
            return "an IPv4 address has four decimal numbers";
        }

        byte[] octets = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
        int bits = octets.Length * 8;
        if (slash >= 0 && (!int.TryParse(pattern.AsSpan(slash + 1), System.Globalization.NumberStyles.None, null, out bits) || bits > octets.Length * 8))
        {
            return $"the length of a network is from 0 to {octets.Length * 8}";
        }

        Span<byte> key = stackalloc byte[17];
        ReadOnlySpan<byte> network = Network(octets, bits, key);
        if (!network[..^1].SequenceEqual(octets))
        {
            return $"the address has bits beyond the network's length; write {new IPAddress(network[..^1])}/{bits}";
        }

        _networks.Add(network.ToArray());
        if (_lengthSet.Add((octets.Length, bits)))
        {
            _lengths = [.. _lengthSet];
        }

        return null;
    }

    public bool Matches(ReadOnlySpan<byte> presented)
    {
        // ::ffff:a.b.c.d is that IPv4 address to some readers: in doubt it is denied, never granted.
        if (matching == NameMatching.Deny && presented.Length == 16 && presented.StartsWith(MappedPrefix))
        {
            presented = presented[12..];
        }

        Span<byte> key = stackalloc byte[17];
        foreach ((int octets, int bits) in _lengths)
        {
            if (octets == presented.Length && _networks.GetAlternateLookup<ReadOnlySpan<byte>>().Contains(Network(presented, bits, key)))
            {
                return true;
            }
        }

        return false;
    }

    private static ReadOnlySpan<byte> Network(ReadOnlySpan<byte> address, int bits, Span<byte> into)
    {
        for (int i = 0; i < address.Length; i++)
        {
            int kept = Math.Clamp(bits - (i * 8), 0, 8);
            into[i] = (byte)(address[i] & (0xFF << (8 - kept)));
        }

        into[address.Length] = (byte)bits;
        return into[..(address.Length + 1)];
    }
}
