using System.Security.Cryptography;
using MutualTls.Certificates;

namespace MutualTls.Tests.Certificates;

/// <summary>The hash under a signature, whoever hashed before on the same thread.</summary>
public class SignedHashTests
{
    public static TheoryData<string> Algorithms => ["SHA1", "SHA256", "SHA384", "SHA512"];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Compute_OneAfterTheOther_IsThePlatformsHash(string name)
    {
        HashAlgorithmName algorithm = new(name);
        foreach (int length in (int[])[0, 1, 63, 64, 65, 1000])
        {
            byte[] data = RandomNumberGenerator.GetBytes(length);
            Assert.Equal(CryptographicOperations.HashData(algorithm, data), Hash(algorithm, data));
        }
    }

    // Half a hash that failed must not end up in the next one.
    [Fact]
    public void Compute_AfterOneThatFailed_IsThePlatformsHash()
    {
        byte[] data = RandomNumberGenerator.GetBytes(100);
        Hash(HashAlgorithmName.SHA256, data);
        Assert.Throws<ArgumentException>(() => SignedHash.Compute(HashAlgorithmName.SHA256, data, new byte[1]));
        Assert.Equal(SHA256.HashData(data), Hash(HashAlgorithmName.SHA256, data));
    }

    [Fact]
    public async Task Compute_OnManyThreads_IsThePlatformsHash()
    {
        byte[][] all = [.. Enumerable.Range(0, 200).Select(_ => RandomNumberGenerator.GetBytes(500))];
        await Parallel.ForEachAsync(all, TestContext.Current.CancellationToken, (data, _) =>
        {
            for (int i = 0; i < 50; i++)
            {
                Assert.Equal(SHA256.HashData(data), Hash(HashAlgorithmName.SHA256, data));
            }

            return ValueTask.CompletedTask;
        });
    }

    private static byte[] Hash(HashAlgorithmName algorithm, byte[] data)
    {
        byte[] into = new byte[64];
        return into[..SignedHash.Compute(algorithm, data, into)];
    }
}
