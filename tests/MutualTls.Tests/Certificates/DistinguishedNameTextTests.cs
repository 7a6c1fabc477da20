using MutualTls.Certificates;
using MutualTls.Testing;

namespace MutualTls.Tests.Certificates;

public class DistinguishedNameTextTests
{
    [Fact]
    public void Of_OrdinaryNames_AreWrittenWhole()
    {
        Assert.Equal("CN=a\\,b", DistinguishedNameText.Of(TestName.Cn("a,b").Encoded.Span));
        Assert.Equal($"CN={new string('x', 1024)}", DistinguishedNameText.Of(TestName.Cn(new string('x', 1024)).Encoded.Span));
    }

    // What is shown can be written into a policy.
    [Theory]
    [InlineData(TestOids.SerialNumber, "SERIALNUMBER=LAPTOP-42")]
    [InlineData(TestOids.Organization, "O=LAPTOP-42")]
    public void Of_AttributeWithAKeyword_IsReadBack(string type, string expected)
    {
        string text = DistinguishedNameText.Of(TestName.Empty.And(type, "LAPTOP-42").Encoded.Span);
        Assert.Equal(expected, text);
        Assert.True(DistinguishedNameReader.TryRead(text, out List<List<NameAttribute>>? read, out _));
        Assert.Equal("LAPTOP-42", read[0][0].Text);
    }

    // Pitfall 14: a peer's name is shown in findings and logs, so what it costs is bounded.
    [Fact]
    public void Of_HugeValue_IsCutAndCostsLittle()
    {
        byte[] name = TestName.Cn(new string('x', 130_000)).Encoded.ToArray();
        DistinguishedNameText.Of(name);
        long before = GC.GetAllocatedBytesForCurrentThread();

        string text = DistinguishedNameText.Of(name);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
        Assert.Equal($"CN=#{string.Concat(Enumerable.Repeat("78", 64))}...", text);
    }
}
