using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Paths;
using MutualTls.Revocation.Ocsp;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation.Ocsp;

/// <summary>A client's certificate with its verified path, and answers about it judged by a clock that stands.</summary>
internal sealed class OcspPki
{
    public OcspPki(TestKeyKind kind = TestKeyKind.P256)
    {
        Clock = new FakeTimeProvider(new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero));
        Pki = new TestPki(new TestPkiOptions { KeyKind = kind, TimeProvider = Clock });
        Path = Pair.JudgeClient(Pki, clock: Clock).Path!;
        Issuer = OcspIssuer.Of(Path, 0);
    }

    public FakeTimeProvider Clock { get; }

    public DateTimeOffset Now => Clock.GetUtcNow();

    public TestPki Pki { get; }

    public TestCertificateAuthority Authority => Pki.Issuing;

    public VerifiedPath Path { get; }

    public OcspIssuer Issuer { get; }

    public ReadOnlySpan<byte> Serial => Path.EndEntity.SerialNumberBytes;

    public OcspResult Ask(Action<TestOcspSpec>? configure = null, OcspRules? rules = null) =>
        Verify(Authority.IssueOcspResponse(Pki.Client, configure).Der, rules);

    public OcspResult Verify(ReadOnlyMemory<byte> answer, OcspRules? rules = null, ReadOnlySpan<byte> nonce = default) =>
        OcspVerifier.Verify(answer, Issuer, Serial, Now, rules ?? OcspRules.Default, nonce);

    /// <summary>Wraps a nonce as the extension's value holds it.</summary>
    public static byte[] NonceValue(byte fill) => [0x04, 32, .. Enumerable.Repeat(fill, 32)];
}
