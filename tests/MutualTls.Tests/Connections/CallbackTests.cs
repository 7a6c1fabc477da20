using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Connections;

/// <summary>Design section 2, rule 3, and pitfall 19: a callback without a gate says yes to an accepted peer only.</summary>
public class CallbackTests
{
    [Theory]
    [InlineData("good", true)]
    [InlineData("expired", false)]
    [InlineData("another name", false)]
    [InlineData("no certificate", false)]
    public void Create_ServerJudged_SaysYesToAnAcceptedOneOnly(string what, bool accepted)
    {
        TestPki pki = TestPki.With(server: c => _ = what == "expired" ? c.Expired() : c);
        RemoteCertificateValidationCallback callback = MutualTlsCallback.Create(
            Pair.Trusting(pki.Root), PeerRole.Server, ReferenceIdentity.ForHost(what == "another name" ? "elsewhere.test" : "localhost"), new PeerPolicyEngine());

        Assert.Equal(accepted, Call(callback, pki, what == "no certificate" ? null : pki.Server));
    }

    // The reason is PendingWithoutGate: what a gate would await cannot be awaited here.
    [Fact]
    public void Create_PolicyHasAValidator_RefusesPendingWithoutGate()
    {
        TestPki pki = new();
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.AddValidator("yes", (_, _) => ValueTask.CompletedTask));
        List<string> log = [];
        RemoteCertificateValidationCallback callback = MutualTlsCallback.Create(policy, PeerRole.Client, engine: new PeerPolicyEngine(), logger: new ListLogger(log));

        Assert.False(Call(callback, pki, pki.Client));
        Assert.Contains(nameof(ValidationReason.PendingWithoutGate), Assert.Single(log), StringComparison.Ordinal);
    }

    [Fact]
    public void Create_AuditOnly_RefusesAllTheSame()
    {
        TestPki pki = TestPki.With(client: c => c.Expired());
        PeerPolicy policy = Pair.Trusting(pki.Root, p => p.Options.Dangerous.AuditOnly = true);
        Assert.False(Call(MutualTlsCallback.Create(policy, PeerRole.Client, engine: new PeerPolicyEngine()), pki, pki.Client));
    }

    [Fact]
    public async Task Create_OnAPlainSslStream_IsCalledAndAccepts()
    {
        TestPki pki = new();
        await using MutualTlsListener listener = Pair.Listen(Pair.Server(pki));
        await using Stream tcp = await Pair.ConnectTcpAsync(listener.LocalEndPoint);
        await using SslStream tls = new(tcp, leaveInnerStreamOpen: false, MutualTlsCallback.Create(Pair.Trusting(pki.Root), PeerRole.Server, ReferenceIdentity.ForHost("localhost")));

        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", ClientCertificateContext = Pair.Credential(pki.Client).Context }, Pair.Stop);

        Assert.True(tls.IsAuthenticated);
    }

    private static bool Call(RemoteCertificateValidationCallback callback, TestPki pki, TestCertificate? certificate)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.ExtraStore.Add(X509CertificateLoader.LoadCertificate(pki.Issuing.Der.Span));
        using X509Certificate2? peer = certificate is null ? null : X509CertificateLoader.LoadCertificate(certificate.Der.Span);
        return callback(callback, peer, chain, SslPolicyErrors.RemoteCertificateChainErrors);
    }

    private sealed class ListLogger(List<string> lines) : Microsoft.Extensions.Logging.ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

        public void Log<TState>(
            Microsoft.Extensions.Logging.LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => lines.Add(formatter(state, exception));
    }
}
