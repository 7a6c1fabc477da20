using System.Numerics;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Revocation.Crl;
using MutualTls.Testing;
using MutualTls.Trust;

namespace MutualTls.Tests.Revocation.Crl;

/// <summary>Every field of a CRL is read, and what is not well-formed is told and never thrown. RFC 5280 section 5.1; pitfall 14.</summary>
public class CrlParserTests
{
    private static readonly TestCertificateAuthority Root = TestCertificateAuthority.CreateRoot();
    private static readonly TestCertificate Client = Root.IssueClient("client.test");

    private static readonly Dictionary<string, Action<TestCrlSpec>> MalformedRows = new()
    {
        ["version 1 with extensions"] = c => c.Version(1),
        ["version 1 with an entry extension"] = c => c.Version(1).WithoutExtensions().Revoke(Client),
        ["version 3"] = c => c.Version(3),
        ["algorithms that differ"] = c => c.SignatureAlgorithmMismatch(),
        ["empty issuer"] = c => c.WithIssuerName(TestName.Empty),
        ["extension twice"] = c => c.ExtensionDuplicated(TestOids.CrlNumber),
        ["number that is no integer"] = c => c.WithExtension(TestOids.CrlNumber, critical: false, [5, 0]),
        ["negative number"] = c => c.WithNumber(-1),
        ["number of 40 octets"] = c => c.WithNumber(BigInteger.Pow(2, 320)),
        ["base number that is none"] = c => c.WithExtension(TestOids.DeltaCrlIndicator, critical: true, [2, 0]),
        ["scope that is none"] = c => c.WithExtension(TestOids.IssuingDistributionPoint, critical: true, [4, 0]),
        ["scope with a flag that is none"] = c => c.WithExtension(TestOids.IssuingDistributionPoint, critical: true, [0x30, 3, 0x81, 1, 1]),
        ["scope with an unknown field"] = c => c.WithExtension(TestOids.IssuingDistributionPoint, critical: true, [0x30, 3, 0x86, 1, 0xFF]),
        ["scope without a name in its name"] = c => c.WithExtension(TestOids.IssuingDistributionPoint, critical: true, [0x30, 4, 0xA0, 2, 0xA0, 0]),
        ["key identifier that is none"] = c => c.WithExtension(TestOids.AuthorityKeyIdentifier, critical: false, [2, 1, 1]),
        ["empty freshest CRL"] = c => c.WithExtension(TestOids.FreshestCrl, critical: false, [0x30, 0]),
        ["serial number without octets"] = c => c.RevokeSerial([]),
        ["serial number not in its shortest form"] = c => c.RevokeSerial([0, 1]),
        ["serial number of 33 octets"] = c => c.RevokeSerial([.. Enumerable.Repeat((byte)1, 33)]),
        ["reason that is no number"] = c => c.Revoke(Client, e => e.WithExtension(TestOids.CrlReason, critical: false, [5, 0])),
        ["entry extension twice"] = c => c.Revoke(Client, e => e.ExtensionDuplicated(TestOids.CrlReason)),
        ["invalidity date that is none"] = c => c.Revoke(Client, e => e.WithExtension(TestOids.InvalidityDate, critical: false, [0x18, 1, 0x30])),
        ["certificate issuer in a CRL that is not indirect"] = c => c.Revoke(Client, e => e.CertificateIssuer(TestName.Cn("Other"))),
        ["certificate issuer without a directory name"] = c => c.WithIssuingDistributionPoint(d => d.Indirect())
            .Revoke(Client, e => e.WithExtension(TestOids.CertificateIssuer, critical: true, [0x30, 3, 0x82, 1, (byte)'a'])),
    };

    public static TheoryData<string> Malformed => [.. MalformedRows.Keys];

    [Theory]
    [MemberData(nameof(Malformed))]
    public void TryParse_Malformed_SaysSo(string row)
    {
        Assert.False(CrlParser.TryParse(Root.IssueCrl(MalformedRows[row]).Der.Span, out ParsedCrl? crl, out string? error));
        Assert.Null(crl);
        Assert.NotEmpty(error);
    }

    [Fact]
    public void TryParse_Everything_IsRead()
    {
        DateTimeOffset thisUpdate = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), nextUpdate = new(2051, 1, 2, 3, 4, 5, TimeSpan.Zero);
        ParsedCrl crl = Parse(c => c.Validity(thisUpdate, nextUpdate).WithNumber(300).DeltaTo(BigInteger.Pow(2, 150)).WithFreshestCrl("http://crl.test/delta.crl")
            .WithIssuingDistributionPoint(d => d.Url("http://crl.test/a.crl").OnlySomeReasons(X509RevocationReason.KeyCompromise, X509RevocationReason.AACompromise).Indirect())
            .Revoke(Client, e => e.Reason(X509RevocationReason.Superseded).InvalidSince(thisUpdate).RevokedAt(thisUpdate)));

        Assert.Equal((thisUpdate, nextUpdate), (crl.ThisUpdate, crl.NextUpdate));
        Assert.Equal(Root.Subject.Encoded.ToArray(), crl.IssuerName);
        Assert.Equal([1, 44], crl.Number);
        Assert.True(crl.IsDelta);
        Assert.Equal(19, crl.BaseNumber.Length);
        Assert.NotEmpty(crl.AuthorityKeyIdentifier);
        Assert.NotEmpty(crl.FreshestCrl);
        Assert.Equal(RevocationReasons.KeyCompromise | RevocationReasons.AttributeAuthorityCompromise, crl.Scope.Reasons);
        Assert.True(crl.Scope.IsIndirect);
        Assert.Null(crl.UnknownCritical);
        Assert.True(crl.Entries.TryFind(Client.SerialNumber.Span, 0, out CrlEntry entry));
        Assert.Equal(new CrlEntry(X509RevocationReason.Superseded, (uint)thisUpdate.ToUnixTimeSeconds()), entry);
        Assert.True(crl.Signature.IsBy(Signer));
    }

    [Fact]
    public void TryParse_UnknownCriticalExtension_IsToldByItsNumber()
    {
        Assert.Equal(TestOids.Unknown, Parse(c => c.WithUnknownCriticalExtension()).UnknownCritical);
        Assert.Equal(TestOids.Unknown, Parse(c => c.Revoke(Client, e => e.WithUnknownCriticalExtension())).UnknownCritical);
        Assert.Null(Parse(c => c.WithExtension(TestOids.Unknown, critical: false, [5, 0])).UnknownCritical);

        // An extension of entries is unknown where it is one of the CRL.
        Assert.Equal(TestOids.CrlReason, Parse(c => c.WithExtension(TestOids.CrlReason, critical: true, [0x0A, 1, 1])).UnknownCritical);
    }

    [Fact]
    public void TryParse_TruncatedOrExtended_IsMalformed()
    {
        byte[] der = Rich();
        for (int length = 0; length < der.Length; length++)
        {
            Assert.False(CrlParser.TryParse(der.AsSpan(0, length), out _, out _));
        }

        Assert.False(CrlParser.TryParse([.. der, 0], out _, out _));
    }

    [Fact]
    public void TryParse_AnyBitFlipped_NeverThrowsAndIsNeverSigned()
    {
        byte[] der = Rich();
        Assert.True(CrlParser.TryParse(der, out ParsedCrl? sound, out _) && sound.Signature.IsBy(Signer));
        for (int bit = 0; bit < der.Length * 8; bit++)
        {
            der[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(CrlParser.TryParse(der, out ParsedCrl? crl, out _) && crl.Signature.IsBy(Signer), $"bit {bit}");
            der[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void TryParse_RandomOctetsInside_NeverThrows()
    {
        Random random = new(1);
        byte[] der = Rich();
        for (int i = 0; i < 20_000; i++)
        {
            byte[] changed = [.. der];
            for (int j = random.Next(1, 6); j > 0; j--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            Assert.Equal(CrlParser.TryParse(changed, out ParsedCrl? crl, out _), crl is not null);
        }
    }

    // The entry list is read by hand: it must take exactly what DER is.
    [Theory]
    [InlineData(0x81, 0x05)]
    [InlineData(0x80, 0x00)]
    [InlineData(0x84, 0x00)]
    public void MoveNext_LengthThatIsNotDer_IsMalformed(int first, int second)
    {
        byte[] list = [0x30, (byte)first, (byte)second, 2, 1, 1, 0x17, 13, .. "260101000000Z"u8];
        CrlEntryReader reader = new(list, takesExtensions: true);
        Assert.False(reader.MoveNext());
        Assert.False(reader.IsAtEnd);
    }

    private static CrlSigner Signer => new(TrustAnchor.FromCertificate(Root.Der.Span));

    private static byte[] Rich() => Root.IssueCrl(c => c
        .WithIssuingDistributionPoint(d => d.RelativeName(TestOids.CommonName, "part").Indirect())
        .Revoke(Client, e => e.InvalidSince(c.Now).CertificateIssuer(TestName.Cn("Other")))
        .RevokeSerial([1]).RevokeSerial([2], e => e.Reason(X509RevocationReason.CertificateHold))).Der.ToArray();

    private static ParsedCrl Parse(Action<TestCrlSpec> spec)
    {
        Assert.True(CrlParser.TryParse(Root.IssueCrl(spec).Der.Span, out ParsedCrl? crl, out string? error), error);
        return crl;
    }
}
