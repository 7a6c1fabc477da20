using MutualTls.Certificates;

namespace MutualTls.Tests.Certificates;

/// <summary>RFC 4055 for RSA, RFC 5758 for ECDSA.</summary>
public class SignatureAlgorithmTests
{
    private const string Rsa256 = "06092A864886F70D01010B", Ecdsa256 = "06082A8648CE3D040302", Pss = "06092A864886F70D01010A";
    private const string Sha256 = "300D06096086480165030402010500", Sha256Bare = "300B0609608648016503040201", Sha384 = "300D06096086480165030402020500";
    private const string Mgf = "06092A864886F70D010108";

    [Fact]
    public void TryRead_RsaWithNullOrWithout_IsRead()
    {
        Assert.Equal(SignatureAlgorithm.RsaSha256, Read(Sequence(Rsa256 + "0500")));
        Assert.Equal(SignatureAlgorithm.RsaSha256, Read(Sequence(Rsa256)));
        Assert.Equal(SignatureAlgorithm.Unsupported, Read(Sequence(Rsa256 + "020101")));
    }

    [Fact]
    public void TryRead_EcdsaWithParameters_IsUnsupported()
    {
        Assert.Equal(SignatureAlgorithm.EcdsaSha256, Read(Sequence(Ecdsa256)));
        Assert.Equal(SignatureAlgorithm.Unsupported, Read(Sequence(Ecdsa256 + "0500")));
    }

    [Fact]
    public void TryRead_PssInUse_IsRead()
    {
        Assert.Equal(SignatureAlgorithm.RsaPssSha256, Read(PssOf(Sha256, Sha256, 32)));
        Assert.Equal(SignatureAlgorithm.RsaPssSha256, Read(PssOf(Sha256Bare, Sha256, 32)));
        Assert.Equal(SignatureAlgorithm.RsaPssSha384, Read(PssOf(Sha384, Sha384, 48)));
        Assert.Equal(SignatureAlgorithm.RsaPssSha256, Read(PssOf(Sha256, Sha256, 32, trailer: "A303020101")));
    }

    [Fact]
    public void TryRead_PssOfOtherParameters_IsUnsupported()
    {
        Assert.Equal(SignatureAlgorithm.Unsupported, Read(Sequence(Pss)));
        Assert.Equal(SignatureAlgorithm.Unsupported, Read(Sequence(Pss + "3000")));
        Assert.Equal(SignatureAlgorithm.Unsupported, Read(PssOf(Sha256, Sha384, 32)));
        Assert.Equal(SignatureAlgorithm.Unsupported, Read(PssOf(Sha256, Sha256, 20)));
        Assert.Equal(SignatureAlgorithm.Unsupported, Read(PssOf(Sha256, Sha256, 48)));
        Assert.Equal(SignatureAlgorithm.Unsupported, Read(PssOf(Sha256, Sha256, 32, trailer: "A303020102")));
        Assert.Equal(SignatureAlgorithm.Unsupported, Read(PssOf(Sha256, Sha256, 32, trailer: "A403020101")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("3000")]
    [InlineData("0500")]
    [InlineData("30020500")]
    [InlineData("300A06082A8648CE3D0403020500")]
    [InlineData("300F06082A8648CE3D04030205000500")]
    public void TryRead_NoAlgorithmIdentifier_IsRefused(string hex) => Assert.False(SignatureAlgorithms.TryRead(Convert.FromHexString(hex), out _));

    private static SignatureAlgorithm Read(string hex)
    {
        Assert.True(SignatureAlgorithms.TryRead(Convert.FromHexString(hex), out SignatureAlgorithm algorithm));
        return algorithm;
    }

    private static string PssOf(string hash, string maskHash, int salt, string trailer = "") => Sequence(
        Pss + Sequence(Tagged("A0", hash) + Tagged("A1", Sequence(Mgf + maskHash)) + Tagged("A2", $"0201{salt:X2}") + trailer));

    private static string Sequence(string content) => Tagged("30", content);

    private static string Tagged(string tag, string content) => $"{tag}{content.Length / 2:X2}{content}";
}
