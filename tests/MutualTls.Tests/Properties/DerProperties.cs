using System.Formats.Asn1;
using CsCheck;
using MutualTls.Certificates;
using MutualTls.Encoding;
using MutualTls.Testing;

namespace MutualTls.Tests.Properties;

/// <summary>What is accepted as DER has one reading: written again from what was read, it is the same octets.</summary>
public class DerProperties
{
    private static readonly byte[] Certificate = TestCertificateAuthority.CreateRoot().IssueIntermediate(null, c => c
        .WithNameConstraints(n => n.Dns("test").IpRange("10.0.0.0/8"), n => n.Email("test")).WithPolicies("1.2.3").WithPolicyMappings(("1.2.3", "1.2.4"))
        .WithSan(n => n.Dns("a.test").Uri("spiffe://test/a").Upn("a@test"))).Der.ToArray();

    [Fact]
    public void TryReadAny_AnyOctets_WritesBackWhatItRead() => Gen.Byte.Array[0, 300].Sample(octets => WritesBack(octets), iter: 20_000);

    [Fact]
    public void TryReadAny_AnyChangeOfACertificate_WritesBackWhatItRead() => Mutated.Sample(octets => WritesBack(octets), iter: 20_000);

    // The platform's reader accepts a value where ours does, and with the same ranges; what ours refuses beyond that are tags that X.509 has no use for.
    [Fact]
    public void TryReadAny_AnyHead_ReadsAsThePlatform() => Heads.Sample(
        octets =>
        {
            DerReader reader = new(octets);
            bool read = reader.TryReadAny(out byte tag, out DerRange content, out DerRange encoded);
            bool platform = AsnDecoder.TryReadEncodedValue(octets, AsnEncodingRules.DER, out Asn1Tag its, out int offset, out int length, out int consumed);
            return read
                ? platform && (content, encoded) == (new DerRange(offset, length), new DerRange(0, consumed)) && its.TagValue == (tag & 0x1F)
                : !platform || !new DerReader([octets[0], 0]).TryReadAny(out _, out _, out _);
        },
        iter: 200_000);

    // The ranges lie in their certificate, in order, and a second reading finds the same.
    [Fact]
    public void TryParse_AnyChangeOfACertificate_ThrowsNothingAndReadsTheSameTwice() => Mutated.Sample(
        octets =>
        {
            bool read = ParsedCertificate.TryParse(octets, out ParsedCertificate? once, out _);
            if (!read)
            {
                return !ParsedCertificate.TryParse(octets, out _, out _);
            }

            Assert.True(ParsedCertificate.TryParse(once!.Der.Span, out ParsedCertificate? twice, out _));
            return once.TbsRange == twice.TbsRange && once.SubjectRange == twice.SubjectRange && once.SignatureRange == twice.SignatureRange
                && once.PublicKey == twice.PublicKey && once.IsCa == twice.IsCa && once.PathLength == twice.PathLength && once.KeyUsages == twice.KeyUsages
                && once.TbsRange.End <= once.SignatureRange.Start && once.IssuerRange.End <= once.SubjectRange.Start
                && once.Subject == twice.Subject && once.ToString().Length > 0;
        },
        iter: 20_000);

    // Lengths in all their forms, right, wrong and in between, and up to 300 octets behind them.
    private static Gen<byte[]> Heads => Gen.Select(Gen.Byte, Gen.OneOf(Gen.Byte, Gen.Byte[0x80, 0x85]), Gen.OneOf(Gen.Byte, Gen.Const((byte)0)).Array[0, 5], Gen.Byte.Array[0, 300])
        .Select((tag, length, more, rest) => (byte[])[tag, length, .. more, .. rest]);

    private static Gen<byte[]> Mutated => Gen.Select(Gen.Int[0, Certificate.Length - 1], Gen.Byte, Gen.Int[0, 3]).Select((at, value, kind) => kind switch
    {
        0 => [.. Certificate[..at], value, .. Certificate[(at + 1)..]],
        1 => [.. Certificate[..at], .. Certificate[(at + 1)..]],
        2 => [.. Certificate[..at], value, .. Certificate[at..]],
        _ => Certificate[..at],
    });

    // Every value that is read is written again with the shortest length, which is the only one of DER.
    private static bool WritesBack(byte[] octets)
    {
        DerReader reader = new(octets);
        while (reader.TryReadAny(out byte tag, out DerRange content, out DerRange encoded))
        {
            byte[] written = [tag, .. Length(content.Length), .. reader.Bytes(content)];
            if (!written.AsSpan().SequenceEqual(reader.Bytes(encoded)) || ((tag & 0x20) != 0 && !WritesBack(reader.Bytes(content).ToArray())))
            {
                return false;
            }
        }

        return true;
    }

    private static byte[] Length(int length) => length switch
    {
        < 0x80 => [(byte)length],
        <= 0xFF => [0x81, (byte)length],
        _ => [0x82, (byte)(length >> 8), (byte)length],
    };
}
