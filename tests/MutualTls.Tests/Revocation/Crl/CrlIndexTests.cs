using System.Security.Cryptography.X509Certificates;
using CsCheck;
using MutualTls.Revocation.Crl;
using MutualTls.Testing;

namespace MutualTls.Tests.Revocation.Crl;

/// <summary>The index finds exactly what the list holds.</summary>
public class CrlIndexTests
{
    private static readonly TestCertificateAuthority Root = TestCertificateAuthority.CreateRoot();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1_000)]
    [InlineData(20_000)]
    public void TryFind_ListOfAnyLength_AgreesWithASet(int count)
    {
        Random random = new(count);
        HashSet<string> listed = [];
        CrlIndex index = Index(spec =>
        {
            while (listed.Count < count)
            {
                byte[] serial = Serial(random);
                if (listed.Add(Convert.ToHexString(serial)))
                {
                    spec.RevokeSerial(serial);
                }
            }
        });

        Assert.Equal(count, index.Count);
        Assert.All(listed, serial => Assert.True(index.TryFind(Convert.FromHexString(serial), 0, out _)));
        for (int i = 0; i < 50_000; i++)
        {
            byte[] serial = Serial(random);
            Assert.Equal(listed.Contains(Convert.ToHexString(serial)), index.TryFind(serial, 0, out _));
        }
    }

    // Numbers that differ only by the octets that fill them up must stay apart: 1 and 256, 0 and -1, 127 and -129.
    [Fact]
    public void TryFind_NumbersThatLookAlike_StayApart()
    {
        byte[][] all = [[0], [1], [1, 0], [1, 0, 0], [0x7F], [0, 0x80], [0x80], [0xFF], [0xFF, 0x7F], [0xFF, 0], [0, 0xFF], [0, 0xFF, 0xFF], [.. new byte[] { 0x7F }, .. new byte[31]]];
        for (int i = 0; i < all.Length; i++)
        {
            CrlIndex one = Index(spec => spec.RevokeSerial(all[i])), others = Index(spec =>
            {
                foreach (byte[] serial in all.Where((_, at) => at != i))
                {
                    spec.RevokeSerial(serial);
                }
            });

            Assert.All(all, serial => Assert.Equal(ReferenceEquals(serial, all[i]), one.TryFind(serial, 0, out _)));
            Assert.All(all, serial => Assert.Equal(!ReferenceEquals(serial, all[i]), others.TryFind(serial, 0, out _)));
        }
    }

    [Fact]
    public void TryFind_LongerThanAnyListed_IsNotFound() => Assert.False(Index(spec => spec.RevokeSerial([1, 2, 3])).TryFind(new byte[64], 0, out _));

    [Fact]
    public void TryFind_Entry_HasItsReasonAndDate() =>
        Gen.Select(Gen.Int[0, 10].Where(r => r != 7), Gen.Int[0, int.MaxValue].Select(s => DateTimeOffset.FromUnixTimeSeconds(s))).Sample((reason, date) =>
        {
            CrlIndex index = Index(spec => spec.RevokeSerial([5], e => e.Reason((X509RevocationReason)reason).RevokedAt(date)));
            return index.TryFind([5], 0, out CrlEntry entry) && entry.Reason == (X509RevocationReason)reason && entry.RevokedAt == date.ToUnixTimeSeconds();
        }, iter: 200);

    [Theory]
    [InlineData("1951-01-01T00:00:00Z", 0)]
    [InlineData("2200-01-01T00:00:00Z", uint.MaxValue)]
    public void TryFind_DateOutOfRange_ReadsAsTheNearerEnd(string date, uint seconds)
    {
        CrlIndex index = Index(spec => spec.RevokeSerial([5], e => e.RevokedAt(DateTimeOffset.Parse(date, System.Globalization.CultureInfo.InvariantCulture))));
        Assert.True(index.TryFind([5], 0, out CrlEntry entry));
        Assert.Equal(seconds, entry.RevokedAt);
    }

    [Fact]
    public void Size_OfAnEmptyIndex_IsNearlyNothing() => Assert.InRange(CrlIndex.Empty.Size, 0, 16);

    private static CrlIndex Index(Action<TestCrlSpec> spec)
    {
        Assert.True(CrlParser.TryParse(Root.IssueCrl(spec).Der.Span, out ParsedCrl? crl, out string? error), error);
        return crl.Entries;
    }

    // Short ones too, so that many of them are listed.
    private static byte[] Serial(Random random)
    {
        byte[] serial = new byte[random.Next(1, 4) == 1 ? random.Next(1, 4) : 20];
        random.NextBytes(serial);
        serial[0] = (byte)(serial[0] & 0x7F | (serial.Length > 1 ? 1 : 0));
        return serial;
    }
}
