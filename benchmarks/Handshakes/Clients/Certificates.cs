using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Handshakes.Servers;
using MutualTls.Testing;

namespace MutualTls.Handshakes.Clients;

/// <summary>What clients show: one certificate over and over, or another each time.</summary>
internal sealed class Certificates
{
    private readonly TestPki _pki;
    private readonly TestRevocationServer? _responder;
    private readonly X509Certificate2Collection _chain;
    private readonly SslStreamCertificateContext _impostor;
    private readonly SslStreamCertificateContext _stranger;
    private int _number;

    /// <param name="pki">Who issues them.</param>
    /// <param name="responder">What certificates name for OCSP, where the server asks.</param>
    public Certificates(TestPki pki, TestRevocationServer? responder)
    {
        (_pki, _responder) = (pki, responder);
        _chain = [X509CertificateLoader.LoadCertificate(pki.Issuing.Der.Span)];
        Known = Material.Context(pki.Client.ToX509Certificate2(), _chain);
        _impostor = Material.Context(pki.Issuing.IssueClient("impostor.test", c => c.WithKey(pki.Client.Key).SignedByWrongKey()).ToX509Certificate2(), _chain);
        TestCertificateAuthority elsewhere = TestCertificateAuthority.CreateRoot("Elsewhere", c => c.WithKey(pki.Root.Key)).IssueIntermediate("Elsewhere too", c => c.WithKey(pki.Issuing.Key));
        _stranger = Material.Context(
            elsewhere.IssueClient("stranger.test", c => c.WithKey(pki.Client.Key)).ToX509Certificate2(), [X509CertificateLoader.LoadCertificate(elsewhere.Der.Span)]);
    }

    public SslStreamCertificateContext Known { get; }

    /// <summary>Gets the certificates for some connections in turn.</summary>
    public SslStreamCertificateContext[] Of(Scenario scenario, int count) => scenario.Client switch
    {
        ClientKind.FirstSight => [.. Enumerable.Range(0, count).Select(_ => New(scenario.Kind == ServerKind.MutualTlsOcsp))],
        ClientKind.Impostor => [_impostor],
        ClientKind.Stranger => [_stranger],
        _ => [Known],
    };

    private SslStreamCertificateContext New(bool asksResponder) => Material.Context(_pki.Issuing.IssueClient($"client-{_number++}.test", c =>
    {
        c.WithKey(_pki.Client.Key);
        if (asksResponder)
        {
            c.WithOcsp(_responder!.OcspUrl(_pki.Issuing));
        }
    }).ToX509Certificate2(), _chain);
}
