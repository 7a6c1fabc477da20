using System.Security.Cryptography;
using MutualTls.Certificates;
using MutualTls.Pinning;
using MutualTls.Testing;

namespace MutualTls.Tests.Pinning;

public class SpkiPinTests
{
    private static readonly byte[] Hash = SHA256.HashData([1, 2, 3]);

    private static string Base64 => Convert.ToBase64String(Hash);

    public static TheoryData<string> GoodForms =>
    [
        "sha256/" + Base64, "SHA256/" + Base64, $"pin-sha256=\"{Base64}\"", $"pin-sha256={Base64}", Convert.ToHexString(Hash), "sha256/" + Convert.ToHexString(Hash),
        string.Join(':', Convert.ToHexString(Hash).Chunk(2).Select(two => new string(two))), $"  sha256/{Base64} ",
    ];

    public static TheoryData<string> BadForms =>
    [
        "", "sha256/", Base64, "sha1/" + Base64, "sha256/" + Base64[..43], "sha256/" + Base64 + "A", "sha256/" + Base64.Replace('=', 'A'), "sha256/" + new string('!', 44),
        Convert.ToHexString(Hash)[..63], Convert.ToHexString(Hash) + "00", new string('g', 64), "pin-sha256=",
    ];

    [Theory]
    [MemberData(nameof(GoodForms))]
    public void Parse_EveryForm_IsTheSamePin(string text) => Assert.Equal("sha256/" + Base64, SpkiPin.Parse(text).ToString());

    [Theory]
    [MemberData(nameof(BadForms))]
    public void Parse_Malformed_IsRefused(string text)
    {
        Assert.False(SpkiPin.TryParse(text, out _));
        Assert.Contains("44 characters", Assert.Throws<FormatException>(() => SpkiPin.Parse(text)).Message, StringComparison.Ordinal);
    }

    // RFC 7469 section 2.4: the hash of the whole SubjectPublicKeyInfo.
    [Fact]
    public void Of_Certificate_IsTheHashOfItsKey()
    {
        TestCertificate certificate = TestCertificateAuthority.CreateRoot();
        Assert.True(ParsedCertificate.TryParse(certificate.Der.Span, out ParsedCertificate? parsed, out _));
        Assert.Equal("sha256/" + Convert.ToBase64String(SHA256.HashData(certificate.Key.SubjectPublicKeyInfo.Span)), SpkiPin.Of(parsed).ToString());
    }

    [Fact]
    public void Set_OnePin_NeedsItsBackupWaived()
    {
        SpkiPin pin = SpkiPin.Parse("sha256/" + Base64);
        Assert.Contains("backup", Assert.Throws<ArgumentException>(() => new SpkiPinSet([pin])).Message, StringComparison.Ordinal);
        Assert.Contains("backup", Assert.Throws<ArgumentException>(() => new SpkiPinSet([pin, pin])).Message, StringComparison.Ordinal);
        Assert.Equal(1, new SpkiPinSet([pin], backup: PinBackup.Waived).Count);
        Assert.Throws<ArgumentException>(() => new SpkiPinSet([], backup: PinBackup.Waived));
        Assert.Throws<ArgumentException>(() => new SpkiPinSet([pin], PinTargets.None, backup: PinBackup.Waived));
    }
}
