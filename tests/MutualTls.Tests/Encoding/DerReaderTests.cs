using MutualTls.Encoding;

namespace MutualTls.Tests.Encoding;

public class DerReaderTests
{
    [Theory]
    [InlineData("", "nothing there")]
    [InlineData("30", "no length")]
    [InlineData("3001", "content missing")]
    [InlineData("308100", "X.690 10.1: long form of a short length")]
    [InlineData("30820001AA", "X.690 10.1: length with a leading zero")]
    [InlineData("30800000", "X.690 10.1: indefinite length")]
    [InlineData("30FF", "X.690 8.1.3.5: reserved length")]
    [InlineData("3085FFFFFFFFFF", "length beyond any memory")]
    [InlineData("1F0100", "the long form of a tag")]
    [InlineData("BF0100", "the long form of a context tag")]
    [InlineData("2C0100", "X.690 10.2: a constructed string")]
    [InlineData("240100", "X.690 10.2: a constructed OCTET STRING")]
    [InlineData("080100", "X.690 8.18: a primitive EXTERNAL")]
    [InlineData("0B0100", "X.690 8.17: a primitive EMBEDDED PDV")]
    [InlineData("1D0100", "X.690 8.18: a primitive CHARACTER STRING")]
    [InlineData("000100", "X.690 8.1.5: end-of-contents")]
    [InlineData("100100", "a primitive SEQUENCE")]
    [InlineData("110100", "a primitive SET")]
    public void TryReadAny_NotDer_IsRefused(string hex, string why) =>
        Assert.False(new DerReader(Convert.FromHexString(hex)).TryReadAny(out _, out _, out _), why);

    [Fact]
    public void TryReadAny_ValuesInARow_HandsOutRangesOfTheSource()
    {
        DerReader reader = new(Convert.FromHexString("FF0201050C0141"), new DerRange(1, 6));
        Assert.True(reader.TryReadAny(out byte tag, out DerRange content, out DerRange encoded));
        Assert.Equal((DerTag.Integer, new DerRange(3, 1), new DerRange(1, 3)), (tag, content, encoded));
        Assert.True(reader.TryRead(DerTag.Utf8String, out content));
        Assert.Equal("A"u8, reader.Bytes(content));
        Assert.True(reader.IsEmpty);
    }

    // An element must not reach beyond the one that holds it.
    [Fact]
    public void TryOpen_ElementLongerThanItsContainer_IsRefused()
    {
        DerReader reader = new(Convert.FromHexString("3003040500FFFFFF"));
        Assert.True(reader.TryOpen(DerTag.Sequence, out DerReader inner));
        Assert.False(inner.TryReadAny(out _, out _, out _));
    }

    [Fact]
    public void TryReadOptional_AnotherTag_IsAbsentAndNothingIsRead()
    {
        DerReader reader = new(Convert.FromHexString("020105"));
        Assert.True(reader.TryReadOptional(DerTag.Boolean, out DerRange content, out bool present));
        Assert.False(present);
        Assert.True(content.IsEmpty);
        Assert.True(reader.NextIs(DerTag.Integer));
    }

    [Theory]
    [InlineData("030200FF", true)]
    [InlineData("030100", true)]
    [InlineData("030201FE", false)]
    [InlineData("0300", false)]
    public void TryReadAlignedBits_UnusedBits_AreRefused(string hex, bool expected) =>
        Assert.Equal(expected, new DerReader(Convert.FromHexString(hex)).TryReadAlignedBits(out _));
}
