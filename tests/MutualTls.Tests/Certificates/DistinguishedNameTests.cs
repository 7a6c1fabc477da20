using System.Formats.Asn1;
using MutualTls.Certificates;
using MutualTls.Testing;

namespace MutualTls.Tests.Certificates;

public class DistinguishedNameTests
{
    private static readonly (TestName Left, TestName Right)[] Equal =
    [
        (TestName.Cn("Issuing CA"), TestName.Cn("  ISSUING   ca ")),
        (TestName.Cn("Straße"), TestName.Cn("STRAßE")),
        (TestName.Cn("a\u00ADb"), TestName.Cn("ab")),
        (TestName.Cn("a\u00A0b"), TestName.Cn("a b")),
        (Of("Zürich", UniversalTagNumber.T61String), Of("ZÜRICH", UniversalTagNumber.BMPString)),
        (Pair("Acme", "Unit"), Pair("ACME", "UNIT")),
    ];

    // The search goes by the hash: two equal names of unequal hashes would never meet.
    [Fact]
    public void PreparedHash_EqualNames_IsEqual() => Assert.All(Equal, pair =>
    {
        Assert.True(DistinguishedName.AreEqual(pair.Left.Encoded.Span, pair.Right.Encoded.Span));
        Assert.Equal(DistinguishedName.PreparedHash(pair.Left.Encoded.Span), DistinguishedName.PreparedHash(pair.Right.Encoded.Span));
    });

    [Fact]
    public void AreEqual_Itself_IsReflexiveAndSymmetric() => Assert.All(Equal, left => Assert.All(Equal, right =>
        Assert.Equal(
            DistinguishedName.AreEqual(left.Left.Encoded.Span, right.Right.Encoded.Span), DistinguishedName.AreEqual(right.Right.Encoded.Span, left.Left.Encoded.Span))));

    // Another alphabet's lookalike is another name.
    [Fact]
    public void AreEqual_Lookalike_IsAnotherName() => Assert.False(DistinguishedName.AreEqual(TestName.Cn("paypal").Encoded.Span, TestName.Cn("p\u0430ypal").Encoded.Span));

    [Fact]
    public void IsWellFormed_MoreAttributesThanTheLimit_IsRefused()
    {
        Assert.True(DistinguishedName.IsWellFormed(Many(DistinguishedName.MaxAttributes).Encoded.Span));
        Assert.False(DistinguishedName.IsWellFormed(Many(DistinguishedName.MaxAttributes + 1).Encoded.Span));
    }

    [Theory]
    [InlineData("3000", true)]
    [InlineData("", false)]
    [InlineData("30020500", false)]
    [InlineData("30023100", false)]
    [InlineData("300431023000", false)]
    [InlineData("30093107300506035504030500", false)]
    public void IsWellFormed_Structure_IsChecked(string hex, bool expected) => Assert.Equal(expected, DistinguishedName.IsWellFormed(Convert.FromHexString(hex)));

    private static TestName Many(int count) => Enumerable.Range(0, count).Aggregate(TestName.Empty, (name, i) => name.And(TestOids.OrganizationalUnit, $"{i}"));

    private static TestName Of(string value, UniversalTagNumber type) => type == UniversalTagNumber.T61String
        ? TestName.FromDer([0x30, 17, 0x31, 15, 0x30, 13, 6, 3, 0x55, 4, 3, 0x14, 6, .. System.Text.Encoding.Latin1.GetBytes(value)])
        : TestName.Empty.And(TestOids.CommonName, value, type);

    private static TestName Pair(string organization, string unit) => TestName.Empty.AndTogether(
        (TestOids.Organization, organization, UniversalTagNumber.UTF8String), (TestOids.OrganizationalUnit, unit, UniversalTagNumber.UTF8String));
}
