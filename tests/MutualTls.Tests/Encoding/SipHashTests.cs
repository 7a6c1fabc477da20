using MutualTls.Encoding;

namespace MutualTls.Tests.Encoding;

/// <summary>The values are those of CPython 3.11, whose hash of bytes is SipHash-1-3, under PYTHONHASHSEED=0 (both halves of the key are zero).</summary>
public class SipHashTests
{
    [Theory]
    [InlineData("a", 0x407448d2b89b1813)]
    [InlineData("abc", 0xc03bc3a0042630f2)]
    [InlineData("0123456", 0x810aaf7acf670379)]
    [InlineData("01234567", 0xda3dcedf84ea6cc6)]
    [InlineData("012345678", 0xb79d8581f8552753)]
    public void Compute_KeyOfZeros_IsThatOfAnotherImplementation(string text, ulong expected) =>
        Assert.Equal(expected, SipHash.Compute(System.Text.Encoding.ASCII.GetBytes(text), 0, 0));

    [Fact]
    public void Compute_HundredOctets_IsThatOfAnotherImplementation() =>
        Assert.Equal(0x12de6d6e12e5750cUL, SipHash.Compute(System.Text.Encoding.ASCII.GetBytes(new string('x', 100)), 0, 0));

    [Fact]
    public void Compute_Chained_DiffersFromUnchained() => Assert.NotEqual(SipHash.Compute([1, 2, 3]), SipHash.Compute([1, 2, 3], chained: 1));
}
