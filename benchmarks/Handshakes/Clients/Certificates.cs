using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Handshakes.Servers;
using MutualTls.Testing;

namespace MutualTls.Handshakes.Clients;

/// <summary>What clients show: one certificate over and over, or another each time.</summary>
/// <param name="pki">Who issues them.</param>
/// <param name="responder">What certificates name for OCSP, where the server asks.</param>
internal sealed class Certificates(TestPki pki, TestRevocationServer? responder)
{
    private readonly X509Certificate2Collection _chain = [X509CertificateLoader.LoadCertificate(pki.Issuing.Der.Span)];
    private int _number;

    public SslStreamCertificateContext Known { get => field ??= Material.Context(pki.Client.ToX509Certificate2(), _chain); private set; }

    /// <summary>Gets the certificates for some connections in turn.</summary>
    public SslStreamCertificateContext[] Of(Scenario scenario, int count) =>
        scenario.NewLeaf ? [.. Enumerable.Range(0, count).Select(_ => New(scenario.Kind == ServerKind.MutualTlsOcsp))] : [Known];

    private SslStreamCertificateContext New(bool asksResponder) => Material.Context(pki.Issuing.IssueClient($"client-{_number++}.test", c =>
    {
        c.WithKey(pki.Client.Key);
        if (asksResponder)
        {
            c.WithOcsp(responder!.OcspUrl(pki.Issuing));
        }
    }).ToX509Certificate2(), _chain);
}
