using MutualTls.Encoding;

namespace MutualTls.Tests.Encoding;

public class DerValueTests
{
    [Theory]
    [InlineData("FF", true, true)]
    [InlineData("00", true, false)]
    [InlineData("01", false, false)]
    [InlineData("", false, false)]
    [InlineData("FFFF", false, false)]
    public void TryReadBoolean_Content_IsDerOnly(string hex, bool read, bool value)
    {
        Assert.Equal(read, DerValue.TryReadBoolean(Convert.FromHexString(hex), out bool actual));
        Assert.Equal(value, actual);
    }

    [Theory]
    [InlineData("00", 0)]
    [InlineData("7F", 127)]
    [InlineData("0080", 128)]
    [InlineData("7FFFFFFF", int.MaxValue)]
    [InlineData("0080000000", int.MaxValue)]
    [InlineData("7FFFFFFFFFFFFFFFFF", int.MaxValue)]
    [InlineData("", null)]
    [InlineData("FF", null)]
    [InlineData("80", null)]
    [InlineData("007F", null)]
    [InlineData("0000", null)]
    public void TryReadCount_Content_IsAShortestIntegerFromZero(string hex, int? expected)
    {
        bool read = DerValue.TryReadCount(Convert.FromHexString(hex), out int value);
        Assert.Equal(expected, read ? value : null);
    }

    [Theory]
    [InlineData("0780", 0x8000)]
    [InlineData("0106", 0x0600)]
    [InlineData("07FF80", 0xFF80)]
    [InlineData("0000", 0)]
    [InlineData("00", 0)]
    [InlineData("", null)]
    [InlineData("01", null)]
    [InlineData("0880", null)]
    [InlineData("0781", null)]
    [InlineData("00FFFFFF", null)]
    public void TryReadNamedBits_Content_HasNoUnusedBitsSet(string hex, int? expected)
    {
        bool read = DerValue.TryReadNamedBits(Convert.FromHexString(hex), out ushort bits);
        Assert.Equal(expected, read ? bits : null);
    }

    [Theory]
    [InlineData("550403", "2.5.4.3")]
    [InlineData("2A864886F70D010101", "1.2.840.113549.1.1.1")]
    [InlineData("8837", "2.999")]
    [InlineData("27", "0.39")]
    [InlineData("28", "1.0")]
    public void ObjectIdentifierText_WellFormed_IsDotted(string hex, string dotted)
    {
        Assert.True(DerValue.IsObjectIdentifier(Convert.FromHexString(hex)));
        Assert.Equal(dotted, DerValue.ObjectIdentifierText(Convert.FromHexString(hex)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("5580")]
    [InlineData("558003")]
    [InlineData("55048004")]
    public void IsObjectIdentifier_NotShortestOrNotEnded_IsRefused(string hex) => Assert.False(DerValue.IsObjectIdentifier(Convert.FromHexString(hex)));
}
