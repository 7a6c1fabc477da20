using MutualTls.Revocation;
using MutualTls.Revocation.Ocsp;
using MutualTls.Testing;

namespace MutualTls.Tests.Revocation.Ocsp;

/// <summary>What was changed on the way is never Good, and never throws.</summary>
public class OcspMutationTests
{
    public static TheoryData<string, TestKeyKind> Answers => new()
    {
        { "issuer", TestKeyKind.P256 },
        { "issuer", TestKeyKind.Rsa2048 },
        { "delegate", TestKeyKind.P256 },
        { "issuer and a certificate that is not needed", TestKeyKind.P256 },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void Verify_CutAnywhere_IsUnknown(string signer, TestKeyKind kind)
    {
        OcspPki ocsp = new(kind);
        byte[] answer = Answer(ocsp, signer);

        for (int length = 0; length < answer.Length; length++)
        {
            Assert.Equal(RevocationStatus.Unknown, ocsp.Verify(answer.AsMemory(0, length)).Status);
        }
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void Verify_AnyBitFlipped_IsUnknown(string signer, TestKeyKind kind)
    {
        OcspPki ocsp = new(kind);
        byte[] answer = Answer(ocsp, signer);
        Assert.Equal(RevocationStatus.Good, ocsp.Verify(answer).Status);

        // Not signed, and not read: the inside of a certificate that came along and did not sign. Its own tag and length count, as the frame of what follows.
        int spare = signer.Contains("not needed", StringComparison.Ordinal) ? answer.AsSpan().IndexOf(ocsp.Pki.Root.Der.Span) : answer.Length;
        int spareEnd = Math.Min(answer.Length, spare + ocsp.Pki.Root.Der.Length);

        // Parameters of an algorithm that are absent or NULL mean the same, but no single bit turns one into the other.
        for (int bit = 0; bit < answer.Length * 8; bit++)
        {
            int octet = bit / 8;
            answer[octet] ^= (byte)(1 << (bit % 8));
            OcspResult result = ocsp.Verify(answer);
            answer[octet] ^= (byte)(1 << (bit % 8));

            bool mayMatter = octet < spare + 4 || octet >= spareEnd;
            Assert.True(!mayMatter || result.Status == RevocationStatus.Unknown, $"bit {bit % 8} of octet {octet} of {answer.Length} does not matter");
        }
    }

    [Fact]
    public void Verify_RandomOctets_NeverThrows()
    {
        OcspPki ocsp = new();
        byte[] answer = Answer(ocsp, "delegate");
        Random random = new(20260504);

        for (int round = 0; round < 5_000; round++)
        {
            byte[] changed = [.. answer];
            for (int change = random.Next(1, 12); change > 0; change--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            if (!changed.AsSpan().SequenceEqual(answer))
            {
                Assert.Equal(RevocationStatus.Unknown, ocsp.Verify(changed).Status);
            }
        }
    }

    private static byte[] Answer(OcspPki ocsp, string signer) => ocsp.Authority.IssueOcspResponse(ocsp.Pki.Client, r => _ = signer switch
    {
        "issuer" => r,
        "delegate" => r.SignedBy(ocsp.Authority.IssueOcspSigner()),
        _ => r.WithCertificate(ocsp.Pki.Root),
    }).Der.ToArray();
}
