using System.Formats.Asn1;
using System.Net;
using MutualTls.Testing.Encoding;

namespace MutualTls.Testing;

/// <summary>Collects general names: alternative names, name-constraint subtrees, where a CRL is.</summary>
/// <remarks>Text is written as UTF-8 without a check, so that names no CA would sign can be written too. <rfc>5280 4.2.1.6</rfc></remarks>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed class TestGeneralNames
{
    private readonly List<byte[]> _names = [];

    internal TestGeneralNames()
    {
    }

    internal IReadOnlyList<byte[]> Names => _names;

    /// <summary>Adds a dNSName.</summary>
    /// <param name="name">The name, unchecked: wildcards, odd labels and embedded NULs included.</param>
    /// <returns>This list.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    public TestGeneralNames Dns(string name) => Text(2, name);

    /// <summary>Adds an rfc822Name.</summary>
    /// <param name="address">The address, unchecked.</param>
    /// <returns>This list.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="address"/> is null.</exception>
    public TestGeneralNames Email(string address) => Text(1, address);

    /// <summary>Adds a uniformResourceIdentifier.</summary>
    /// <param name="uri">The URI, unchecked and unchanged.</param>
    /// <returns>This list.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="uri"/> is null.</exception>
    public TestGeneralNames Uri(string uri) => Text(6, uri);

    /// <summary>Adds an iPAddress of 4 or 16 octets.</summary>
    /// <param name="address">The address.</param>
    /// <returns>This list.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="address"/> is null.</exception>
    public TestGeneralNames Ip(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return IpOctets(address.GetAddressBytes());
    }

    /// <summary>Adds an iPAddress of 4 or 16 octets.</summary>
    /// <param name="address">The address in its usual notation.</param>
    /// <returns>This list.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="address"/> is null.</exception>
    /// <exception cref="FormatException"><paramref name="address"/> is not an IP address.</exception>
    public TestGeneralNames Ip(string address) => Ip(IPAddress.Parse(address));

    /// <summary>Adds an iPAddress of address and mask, as name constraints hold it (RFC 5280 4.2.1.10).</summary>
    /// <param name="network">The network in CIDR notation, such as <c>10.0.0.0/8</c>.</param>
    /// <returns>This list.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="network"/> is null.</exception>
    /// <exception cref="FormatException"><paramref name="network"/> is not a network, or has bits set beyond its prefix.</exception>
    public TestGeneralNames IpRange(string network)
    {
        IPNetwork parsed = IPNetwork.Parse(network);
        byte[] address = parsed.BaseAddress.GetAddressBytes();
        byte[] mask = new byte[address.Length];
        for (int bit = 0; bit < parsed.PrefixLength; bit++)
        {
            mask[bit / 8] |= (byte)(0x80 >> (bit % 8));
        }

        return IpOctets([.. address, .. mask]);
    }

    /// <summary>Adds an iPAddress of any octets: wrong lengths, masks with holes.</summary>
    /// <param name="octets">The octets, unchecked.</param>
    /// <returns>This list.</returns>
    public TestGeneralNames IpOctets(params ReadOnlySpan<byte> octets) => Raw(Der.Tlv(0x87, octets));

    /// <summary>Adds a directoryName.</summary>
    /// <param name="name">The name.</param>
    /// <returns>This list.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    public TestGeneralNames Directory(TestName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Raw(Der.Tlv(0xA4, name.Encoded.Span)); // Name is a CHOICE, so the tag is explicit.
    }

    /// <summary>Adds an otherName that holds a Windows user principal name.</summary>
    /// <param name="name">The principal name, such as <c>user@realm</c>.</param>
    /// <returns>This list.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    public TestGeneralNames Upn(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return OtherName(TestOids.UserPrincipalName, Der.Tlv(0x0C, System.Text.Encoding.UTF8.GetBytes(name)));
    }

    /// <summary>Adds an otherName.</summary>
    /// <param name="oid">Its type.</param>
    /// <param name="value">Its value, DER-encoded, without the explicit tag around it.</param>
    /// <returns>This list.</returns>
    /// <exception cref="ArgumentException"><paramref name="oid"/> is not an OID.</exception>
    public TestGeneralNames OtherName(string oid, ReadOnlySpan<byte> value)
    {
        byte[] type = Der.Write(writer => writer.WriteObjectIdentifier(oid));
        return Raw(Der.Tlv(0xA0, [.. type, .. Der.Tlv(0xA0, value)]));
    }

    /// <summary>Adds a registeredID.</summary>
    /// <param name="oid">The OID.</param>
    /// <returns>This list.</returns>
    /// <exception cref="ArgumentException"><paramref name="oid"/> is not an OID.</exception>
    public TestGeneralNames RegisteredId(string oid)
    {
        return Raw(Der.Write(writer => writer.WriteObjectIdentifier(oid, new Asn1Tag(TagClass.ContextSpecific, 8))));
    }

    /// <summary>Adds bytes in the place of a general name.</summary>
    /// <param name="der">The bytes, tag and length included. For a certificate that must not parse, they need not be DER.</param>
    /// <returns>This list.</returns>
    public TestGeneralNames Raw(ReadOnlySpan<byte> der)
    {
        _names.Add(der.ToArray());
        return this;
    }

    internal static TestGeneralNames From(Action<TestGeneralNames> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var names = new TestGeneralNames();
        configure(names);
        return names;
    }

    /// <summary>The names one after the other, without a tag around them.</summary>
    internal byte[] Content() => [.. _names.SelectMany(name => name)];

    private TestGeneralNames Text(int tag, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Raw(Der.Tlv((byte)(0x80 | tag), System.Text.Encoding.UTF8.GetBytes(text)));
    }
}
