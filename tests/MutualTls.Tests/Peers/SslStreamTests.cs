using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Peers;

/// <summary>Our two ends against plain SslStream, the peer that .NET users have.</summary>
public class SslStreamTests
{
    public static TheoryData<SslProtocols, TestKeyKind> Rows => new()
    {
        { SslProtocols.Tls12, TestKeyKind.P256 },
        { SslProtocols.Tls12, TestKeyKind.Rsa2048 },
        { SslProtocols.Tls13, TestKeyKind.P256 },
        { SslProtocols.Tls13, TestKeyKind.Rsa2048 },
    };

    public static TheoryData<SslProtocols> Protocols => [SslProtocols.Tls12, SslProtocols.Tls13];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task OurServer_GoodClient_IsAccepted(SslProtocols protocol, TestKeyKind kind)
    {
        TestPki pki = Pair.Pki(kind);
        (MutualTlsStream? accepted, MutualTlsException? refused) = await ServeAsync(pki, Pair.Trusting(pki.Root), pki.Client, protocol);
        await using MutualTlsStream? stream = accepted;
        Assert.Null(refused);
        Assert.True(accepted!.Verdict.IsAuthenticated);
        Assert.Equal(protocol, accepted.Protocol);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task OurServer_ClientOfAnUnknownRoot_IsRefusedWithTheReason(SslProtocols protocol, TestKeyKind kind)
    {
        TestPki pki = Pair.Pki(kind), stranger = Pair.Pki(kind);
        (_, MutualTlsException? refused) = await ServeAsync(pki, Pair.Trusting(pki.Root), stranger.Client, protocol);
        Assert.Equal(ValidationReason.IssuerUnknown, refused!.Verdict!.Primary!.Value.Reason);
    }

    // Pitfall 8: to the runtime a certificate that is required and missing is the callback's business.
    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task OurServer_ClientWithoutCertificate_IsRefusedWhereRequired(SslProtocols protocol)
    {
        TestPki pki = new();
        (MutualTlsStream? accepted, MutualTlsException? refused) = await ServeAsync(pki, Pair.Trusting(pki.Root), client: null, protocol);
        Assert.Null(accepted);
        Assert.Equal(ValidationReason.CertificateMissing, refused!.Verdict!.Primary!.Value.Reason);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task OurServer_ClientWithoutCertificate_IsAnonymousWhereOptional(SslProtocols protocol)
    {
        TestPki pki = new();
        (MutualTlsStream? accepted, _) = await ServeAsync(pki, Pair.Trusting(pki.Root, p => p.CertificateOptional()), client: null, protocol);
        await using MutualTlsStream? stream = accepted;
        Assert.True(accepted!.Verdict.IsAccepted);
        Assert.False(accepted.Verdict.IsAuthenticated);
        Assert.Null(accepted.Verdict.Identity);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task OurClient_GoodServer_IsAccepted(SslProtocols protocol, TestKeyKind kind)
    {
        TestPki pki = Pair.Pki(kind);
        await using MutualTlsStream stream = await DialAsync(pki, protocol);
        Assert.True(stream.Verdict.IsAuthenticated);
        Assert.Equal(1, await stream.ReadAsync(new byte[1], Pair.Stop));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task OurClient_ServerOfAnotherName_IsRefusedWithTheReason(SslProtocols protocol, TestKeyKind kind)
    {
        TestPki pki = Pair.Pki(kind, server: c => c.WithSan(n => n.Dns("other.test")));
        MutualTlsException refused = await Assert.ThrowsAsync<MutualTlsException>(() => DialAsync(pki, protocol));
        Assert.Equal(ValidationReason.NameMismatch, refused.Verdict!.Primary!.Value.Reason);
    }

    private static async Task<(MutualTlsStream? Accepted, MutualTlsException? Refused)> ServeAsync(TestPki pki, PeerPolicy policy, TestCertificate? client, SslProtocols protocol)
    {
        (Stream near, Stream far) = InMemoryDuplex.CreatePair();
        Task connecting = ConnectAsync(near, client, protocol);
        try
        {
            return (await MutualTlsStream.AuthenticateAsServerAsync(far, Pair.Server(pki, policy), Pair.Stop), null);
        }
        catch (MutualTlsException refused)
        {
            return (null, refused);
        }
        finally
        {
            await connecting;
        }
    }

    // Ends with the client's handshake. Its own checks are not the subject, nor is what it makes of a refusal.
    private static async Task ConnectAsync(Stream transport, TestCertificate? certificate, SslProtocols protocol)
    {
        SslStream tls = new(transport);
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = $"host-{Guid.NewGuid():N}.test",
                    ClientCertificateContext = certificate?.ToCredential().Context,
                    EnabledSslProtocols = protocol,
#pragma warning disable CA5359
                    RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
                },
                Pair.Stop);
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
        }
    }

    private static async Task<MutualTlsStream> DialAsync(TestPki pki, SslProtocols protocol)
    {
        (Stream near, Stream far) = InMemoryDuplex.CreatePair();
        Task serving = Task.Run(async () =>
        {
            SslStream tls = new(far);
            X509ChainPolicy trust = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            trust.CustomTrustStore.Add(X509CertificateLoader.LoadCertificate(pki.Root.Der.Span));
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = pki.Server.ToCredential().Context,
                    ClientCertificateRequired = true,
                    EnabledSslProtocols = protocol,
                    CertificateChainPolicy = trust,
                },
                Pair.Stop);
            await tls.WriteAsync(new byte[1], Pair.Stop);
        });
        MutualTlsStream stream = await MutualTlsStream.AuthenticateAsClientAsync(near, Pair.Client(pki), Pair.Stop);
        await serving;
        return stream;
    }
}
