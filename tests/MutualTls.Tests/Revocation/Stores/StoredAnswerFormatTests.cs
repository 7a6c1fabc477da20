using System.Buffers.Binary;
using System.Security.Cryptography;
using MutualTls.Revocation.Stores;

namespace MutualTls.Tests.Revocation.Stores;

public class StoredAnswerFormatTests
{
    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        StoredAnswer answer = Answers.Make("signed");
        StoredAnswer? read = StoredAnswerFormat.Read(StoredAnswerFormat.Write(answer), Answers.Now, out string? problem);
        Assert.Null(problem);
        Assert.Equal(answer with { Der = default }, read! with { Der = default });
        Assert.Equal(answer.Der.ToArray(), read.Der.ToArray());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("\"with a space\"")]
    [InlineData("\"x\"\r\nHost: elsewhere")]
    [InlineData("\"\u00e9\"")]
    public void Write_NoEntityTag_IsLeftOut(string? tag)
    {
        StoredAnswer answer = Answers.Make("signed") with { EntityTag = tag, LastModified = null };
        StoredAnswer? read = StoredAnswerFormat.Read(StoredAnswerFormat.Write(answer), Answers.Now, out _);
        Assert.Null(read!.EntityTag);
        Assert.Null(read.LastModified);
        Assert.Equal("signed", Answers.ContentOf(read));
    }

    [Fact]
    public void Write_TagTooLong_IsLeftOut()
    {
        StoredAnswer answer = Answers.Make("signed") with { EntityTag = $"\"{new string('x', 255)}\"" };
        Assert.Null(StoredAnswerFormat.Read(StoredAnswerFormat.Write(answer), Answers.Now, out _)!.EntityTag);
    }

    // What somebody put there by hand, hash and all, goes into a request and must not break out of it.
    [Fact]
    public void Read_ForgedTag_IsLeftOut()
    {
        byte[] entry = StoredAnswerFormat.Write(Answers.Make("signed"));
        "\r\nX:y  "u8.CopyTo(entry.AsSpan(StoredHeader.Length));
        Seal(entry);
        StoredAnswer? read = StoredAnswerFormat.Read(entry, Answers.Now, out _);
        Assert.Equal("signed", Answers.ContentOf(read));
        Assert.Null(read!.EntityTag);
    }

    public static TheoryData<string, string> Defects => new()
    {
        { "empty", "no stored answer" },
        { "short", "no stored answer" },
        { "garbage", "no stored answer" },
        { "other version", "version 2" },
        { "cut off", "cut off" },
        { "cut off in the header", "no stored answer" },
        { "longer", "cut off" },
        { "length negative", "cut off" },
        { "tag longer than all", "cut off" },
        { "DER flipped", "damaged" },
        { "tag flipped", "damaged" },
        { "hash flipped", "damaged" },
        { "kept longer", "damaged" },
        { "fetched tomorrow", "impossible times" },
        { "fetched before all time", "impossible times" },
        { "kept after all time", "impossible times" },
    };

    [Theory]
    [MemberData(nameof(Defects))]
    public void Read_Defect_IsTold(string defect, string expected)
    {
        Assert.Null(StoredAnswerFormat.Read(Defective(defect), Answers.Now, out string? problem));
        Assert.StartsWith(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AnyOneOctetChanged_NeverThrowsNorAnswers()
    {
        byte[] entry = StoredAnswerFormat.Write(Answers.Make("signed"));
        for (int i = 0; i < entry.Length; i++)
        {
            foreach (byte change in (byte[])[0x01, 0x80, 0xFF])
            {
                entry[i] ^= change;
                Assert.True(StoredAnswerFormat.Read(entry, Answers.Now, out _) is null, $"octet {i} ^ {change}");
                entry[i] ^= change;
            }
        }
    }

    // Their clocks differ a little: what one machine has just fetched may be ahead of the other.
    [Fact]
    public void Read_FetchedAMomentAhead_IsRead() =>
        Assert.NotNull(StoredAnswerFormat.Read(StoredAnswerFormat.Write(Answers.Make("signed", fetched: 10)), Answers.Now, out _));

    internal static byte[] Defective(string defect)
    {
        byte[] entry = StoredAnswerFormat.Write(Answers.Make("signed"));
        switch (defect)
        {
            case "empty":
                return [];
            case "short":
                return "MTRA"u8.ToArray();
            case "garbage":
                return [.. Enumerable.Repeat((byte)0x30, 500)];
            case "other version":
                entry[5] = 2;
                break;
            case "cut off":
                return entry[..^1];
            case "cut off in the header":
                return entry[..(StoredHeader.Length - 1)];
            case "longer":
                return [.. entry, 0];
            case "length negative":
                BinaryPrimitives.WriteInt32BigEndian(entry.AsSpan(32), -1);
                break;
            case "tag longer than all":
                entry[6] = 0xFF;
                break;
            case "DER flipped":
                entry[^1] ^= 1;
                return entry;
            case "tag flipped":
                entry[StoredHeader.Length] ^= 1;
                return entry;
            case "hash flipped":
                entry[StoredHeader.HashOffset] ^= 1;
                return entry;
            case "kept longer":
                entry[22] ^= 1;
                return entry;
            case "fetched tomorrow":
                BinaryPrimitives.WriteInt64BigEndian(entry.AsSpan(8), Answers.Now.AddDays(1).UtcTicks);
                break;
            case "fetched before all time":
                BinaryPrimitives.WriteInt64BigEndian(entry.AsSpan(8), -1);
                break;
            default:
                BinaryPrimitives.WriteInt64BigEndian(entry.AsSpan(16), long.MaxValue);
                break;
        }

        // The hash is right, so that it is the defect that is found.
        Seal(entry);
        return entry;
    }

    private static void Seal(byte[] entry) => SHA256.HashData(
        [.. entry[..StoredHeader.HashOffset], .. entry[StoredHeader.Length..]], entry.AsSpan(StoredHeader.HashOffset, SHA256.HashSizeInBytes));
}
