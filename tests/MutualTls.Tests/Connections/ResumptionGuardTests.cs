using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Peers;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Connections;

/// <summary>Whoever is refused has full handshakes from then on; nobody else has.</summary>
public class ResumptionGuardTests
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly TestPki _pki = new();
    private readonly PeerPolicy _policy;
    private readonly PeerPolicyEngine _engine;

    public ResumptionGuardTests() => (_policy, _engine) = (Pair.Trusting(_pki.Root), new PeerPolicyEngine(_clock));

    // A scanner without a certificate and one with any certificate are refused in full handshakes, and cost known clients nothing.
    [Fact]
    public async Task Learn_StrangersAreRefused_KnownClientsResumeAllTheSame()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere loopback has one address.");
        PeerProcess.Require("openssl");
        using PeerFiles known = new(_pki.Client, _pki.Root);
        List<ValidationReason?> refused = [];
        await using MutualTlsListener listener = Pair.Listen(new MutualTlsServerOptions
        {
            Credential = Pair.Credential(_pki.Server),
            Policy = Pair.Trusting(_pki.Root),
            Engine = _engine,
            OnRefused = e =>
            {
                lock (refused)
                {
                    refused.Add(e.Verdict?.Primary?.Reason);
                }
            },
        });
        _ = ServeAsync(listener);

        // One after the other: a client sees its end before it is told here.
        await ConnectAsStrangerAsync(listener, certificate: null);
        await Patience.UntilAsync(() => CountOf(refused) == 1);
        await ConnectAsStrangerAsync(listener, TestCertificate.CreateSelfSigned());
        await Patience.UntilAsync(() => CountOf(refused) == 2);
        Assert.Equal([ValidationReason.CertificateMissing, ValidationReason.IssuerUnknown], refused);
        await using PeerProcess client = PeerProcess.Start(
            "openssl", "s_client", "-connect", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{listener.LocalEndPoint.Port}"), "-servername", "localhost", "-tls1_2", "-reconnect",
            "-cert", known.Certificate, "-cert_chain", known.Certificate, "-key", known.Key, "-CAfile", known.Root);

        // Resumed: nothing else would be, had the strangers suspended it for everyone.
        await client.WaitForAsync("Reused, TLSv1.2");
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", false)]
    [InlineData("192.0.2.1", "192.0.2.2", true)]
    [InlineData("2001:db8::1", "2001:db8::2:1", false)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", true)]
    [InlineData("2001:db8::1", null, true)]
    [InlineData(null, null, false)]
    public void Learn_ClientRefused_SuspendsItsAddressAlone(string? refused, string? other, bool resumes)
    {
        LocalCredential credential = _pki.Server.ToCredential();
        Learn(credential, At(refused), TestPresentation.None);

        Assert.Equal(resumes, ResumptionGuard.AllowsResumption(credential, At(other), _clock.GetUtcNow()));
        Assert.True(ResumptionGuard.AllowsResumption(_pki.Client.ToCredential(), At(refused), _clock.GetUtcNow()));
        _clock.Advance(ResumptionGuard.SessionLifetime);
        Assert.True(ResumptionGuard.AllowsResumption(credential, At(refused), _clock.GetUtcNow()));
    }

    // Whom TLS tells of its refusal may come again before anything else is done here: it must find that learnt.
    [Theory]
    [InlineData(GateRefusal.InHandshake, false)]
    [InlineData(GateRefusal.InGate, true)]
    internal void Validate_ClientRefusedInTheHandshake_IsLearntBeforeTlsTellsIt(GateRefusal refusal, bool resumes)
    {
        LocalCredential credential = _pki.Server.ToCredential();
        ServerHandshake handshake = new(new MutualTlsServerOptions { Credential = credential, Policy = _policy, Engine = _engine }, At("192.0.2.1"), refusal);

        bool goesOn = handshake.TlsOptions().RemoteCertificateValidationCallback!(this, certificate: null, chain: null, SslPolicyErrors.RemoteCertificateNotAvailable);

        Assert.Equal(refusal == GateRefusal.InGate, goesOn);
        Assert.Equal(resumes, ResumptionGuard.AllowsResumption(credential, At("192.0.2.1"), _clock.GetUtcNow()));

        // Where the gate turns it away, that has learnt first.
        handshake.Learn();
        Assert.False(ResumptionGuard.AllowsResumption(credential, At("192.0.2.1"), _clock.GetUtcNow()));
    }

    [Fact]
    public void Learn_FullHandshakeBringsIntermediates_Ends()
    {
        LocalCredential credential = _pki.Server.ToCredential();
        Learn(credential, At("192.0.2.1"), TestPresentation.EndEntityOfUnknownIssuer);
        Assert.False(ResumptionGuard.AllowsResumption(credential, At("192.0.2.1"), _clock.GetUtcNow()));

        Learn(credential, At("192.0.2.1"), TestPresentation.Whole);

        Assert.True(ResumptionGuard.AllowsResumption(credential, At("192.0.2.1"), _clock.GetUtcNow()));
    }

    private static int CountOf<T>(List<T> list)
    {
        lock (list)
        {
            return list.Count;
        }
    }

    private static IPEndPoint? At(string? address) => address is null ? null : new IPEndPoint(IPAddress.Parse(address), 1);

    private void Learn(LocalCredential credential, EndPoint? client, TestPresentation what)
    {
        PresentedChain presented = what switch
        {
            TestPresentation.None => PresentedChain.None,
            TestPresentation.Whole => Pair.Presented(_pki.Client),
            _ => new PresentedChain(_pki.Client.Der),
        };
        PeerVerdict verdict = new PeerPolicyEngine(_clock).Judge(_policy, PeerRole.Client, presented);
        ResumptionGuard.Learn(credential, client, verdict, presented.Count, _engine, NullLogger.Instance);
    }

    private static async Task ConnectAsStrangerAsync(MutualTlsListener listener, TestCertificate? certificate)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
        await socket.ConnectAsync(listener.LocalEndPoint, Pair.Stop);
        await using SslStream tls = new(new NetworkStream(socket));
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "localhost",
                    ClientCertificateContext = certificate?.ToCredential().Context,
                    AllowTlsResume = false,
#pragma warning disable CA5359 // The client's own checks are not the subject here.
                    RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
                },
                Pair.Stop);
            await tls.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, Pair.Stop);
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            // It is refused.
        }
    }

    private static async Task ServeAsync(MutualTlsListener listener)
    {
        try
        {
            while (true)
            {
                await using MutualTlsStream stream = await listener.AcceptAsync(Pair.Stop);
                await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, Pair.Stop);
            }
        }
        catch (Exception exception) when (exception is ObjectDisposedException or OperationCanceledException or IOException)
        {
            // The test has ended.
        }
    }

    private enum TestPresentation
    {
        None,
        EndEntityOfUnknownIssuer,
        Whole,
    }
}
