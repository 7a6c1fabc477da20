using System.Net;
using MutualTls.Revocation.Fetching;

namespace MutualTls.Tests.Revocation.Fetching;

/// <summary>Pitfall 14: where a URL of a certificate may lead.</summary>
public class FetchAddressesTests
{
    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("100.64.0.1")]
    [InlineData("169.253.1.1")]
    [InlineData("223.255.255.255")]
    [InlineData("2001:db8::1")]
    [InlineData("fd12::1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::c000:201")]
    [InlineData("2002:c000:201::1")]
    public void IsAllowed_PublicAndPrivate_Always(string address)
    {
        Assert.True(FetchAddresses.IsAllowed(IPAddress.Parse(address), LocalAddresses.Refused));
        Assert.True(FetchAddresses.IsAllowed(IPAddress.Parse(address), LocalAddresses.Allowed));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("169.254.169.254")]
    [InlineData("100.100.100.200")]
    [InlineData("::1")]
    [InlineData("fe80::1")]
    [InlineData("febf::1")]
    [InlineData("fe80::1%1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fd20:ce::254")]
    [InlineData("192.0.0.192")]
    [InlineData("168.63.129.16")]
    [InlineData("::ffff:168.63.129.16")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("64:ff9b:1::a9fe:a9fe")]
    [InlineData("2002:7f00:1::1")]
    public void IsAllowed_LocalInAnyForm_OnlyIfStated(string address)
    {
        Assert.False(FetchAddresses.IsAllowed(IPAddress.Parse(address), LocalAddresses.Refused));
        Assert.True(FetchAddresses.IsAllowed(IPAddress.Parse(address), LocalAddresses.Allowed));
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.250")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("ff02::1")]
    [InlineData("::ffff:0.0.0.0")]
    [InlineData("::ffff:224.0.0.1")]
    [InlineData("2002:0000:0000::1")]
    public void IsAllowed_UnspecifiedMulticastReserved_Never(string address)
    {
        Assert.False(FetchAddresses.IsAllowed(IPAddress.Parse(address), LocalAddresses.Refused));
        Assert.False(FetchAddresses.IsAllowed(IPAddress.Parse(address), LocalAddresses.Allowed));
    }
}
