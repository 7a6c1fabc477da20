using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Testing.Http;

namespace MutualTls.Testing;

/// <summary>Publishes CRLs and answers OCSP on loopback for test authorities, soundly or with a fault that can change at any time.</summary>
/// <remarks>
/// A certificate that is not revoked is good, whether or not the authority issued it. Each connection serves one request, at most 1,024 connections at a time.
/// CRLs come with <c>ETag</c> and <c>Last-Modified</c>, and stay the same for an hour by the authority's clock unless something changes. <rfc>6960 A.1</rfc>
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
public sealed class TestRevocationServer : IAsyncDisposable
{
    private const int MaxRequestsKept = 100_000;
    private const long HugeLength = 1L << 30;

    private readonly LoopbackHttp _http;
    private readonly Lock _lock = new();
    private readonly Dictionary<TestCertificateAuthority, RevocationSite> _sites = [];
    private readonly List<TestRevocationRequest> _requests = [];
    private TestRevocationFault _fault;
    private Action<TestCrlSpec>? _configureCrl;

    private TestRevocationServer() => _http = new LoopbackHttp(AnswerAsync);

    /// <summary>Gets or sets what is wrong, for CRLs and OCSP alike.</summary>
    /// <value>The default is <see cref="TestRevocationFault.None"/>. A request under way goes on as it began.</value>
    public TestRevocationFault Fault
    {
        get => _fault;
        set
        {
            lock (_lock)
            {
                _fault = value;
                RenewAll();
            }

            if (value == TestRevocationFault.Down)
            {
                _http.Refuse();
            }
            else
            {
                _http.Listen();
            }
        }
    }

    /// <summary>Gets or sets where <see cref="TestRevocationFault.Redirect"/> leads: any URL.</summary>
    /// <value>The default is this server's own address.</value>
    public string? RedirectTarget { get; set; }

    /// <summary>Gets or sets how long each answer takes, by the wall clock.</summary>
    /// <value>The default is no time.</value>
    public TimeSpan Latency { get; set; }

    /// <summary>Gets or sets a change to every CRL: any defect.</summary>
    /// <value>The default is null: nothing.</value>
    public Action<TestCrlSpec>? ConfigureCrl
    {
        get => _configureCrl;
        set
        {
            lock (_lock)
            {
                _configureCrl = value;
                RenewAll();
            }
        }
    }

    /// <summary>Gets or sets a change to every OCSP answer: any defect.</summary>
    /// <value>The default is null: nothing.</value>
    public Action<TestOcspSpec>? ConfigureOcsp { get; set; }

    /// <summary>Gets the server's address: <c>http://127.0.0.1</c> and a port.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_http.Port}");

    /// <summary>Gets the requests so far, in the order they came; the first 100,000 are kept.</summary>
    public IReadOnlyList<TestRevocationRequest> Requests
    {
        get
        {
            lock (_lock)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>Starts a server on a free port.</summary>
    /// <returns>The server; dispose it.</returns>
    /// <exception cref="System.Net.Sockets.SocketException">There is no free port.</exception>
    public static TestRevocationServer Start() => new();

    /// <summary>Gets where an authority's CRL is, for <see cref="TestCertificateSpec.WithCrlDistributionPoints(string[])"/>.</summary>
    /// <param name="authority">The authority; it is published from now on.</param>
    /// <returns>The URL.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="authority"/> is null.</exception>
    public string CrlUrl(TestCertificateAuthority authority) => $"{Url}{SiteOf(authority).Path}/crl";

    /// <summary>Gets where an authority's delta CRL is, for <see cref="TestCertificateSpec.WithFreshestCrl"/> and <see cref="TestCrlSpec.WithFreshestCrl"/>; there is none until one is published.</summary>
    /// <param name="authority">The authority.</param>
    /// <returns>The URL.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="authority"/> is null.</exception>
    public string DeltaCrlUrl(TestCertificateAuthority authority) => $"{Url}{SiteOf(authority).Path}/delta";

    /// <summary>Publishes a delta CRL, as it is, until another one takes its place.</summary>
    /// <param name="authority">The authority that issues it.</param>
    /// <param name="configure">Describes it, with <see cref="TestCrlSpec.DeltaTo"/>; null publishes none any more.</param>
    /// <exception cref="ArgumentNullException"><paramref name="authority"/> is null.</exception>
    public void PublishDelta(TestCertificateAuthority authority, Action<TestCrlSpec>? configure)
    {
        RevocationSite site = SiteOf(authority);
        lock (_lock)
        {
            site.PublishDelta(configure);
        }
    }

    /// <summary>Gets where an authority's OCSP responder is, for <see cref="TestCertificateSpec.WithOcsp"/>.</summary>
    /// <param name="authority">The authority; it is published from now on.</param>
    /// <returns>The URL.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="authority"/> is null.</exception>
    public string OcspUrl(TestCertificateAuthority authority) => $"{Url}{SiteOf(authority).Path}/ocsp";

    /// <summary>Revokes a certificate, as of now by its authority's clock.</summary>
    /// <param name="certificate">The certificate, issued by an authority.</param>
    /// <param name="reason">Why.</param>
    /// <exception cref="ArgumentNullException"><paramref name="certificate"/> is null.</exception>
    /// <exception cref="ArgumentException">The certificate is self-signed.</exception>
    public void Revoke(TestCertificate certificate, X509RevocationReason reason = X509RevocationReason.KeyCompromise)
    {
        RevocationSite site = IssuerOf(certificate);
        lock (_lock)
        {
            site.Revoke(certificate, reason);
        }
    }

    /// <summary>Takes back a revocation, as after a hold.</summary>
    /// <param name="certificate">The certificate, issued by an authority.</param>
    /// <exception cref="ArgumentNullException"><paramref name="certificate"/> is null.</exception>
    /// <exception cref="ArgumentException">The certificate is self-signed.</exception>
    public void Restore(TestCertificate certificate)
    {
        RevocationSite site = IssuerOf(certificate);
        lock (_lock)
        {
            site.Restore(certificate);
        }
    }

    /// <summary>Lets a delegate sign the OCSP answers of its authority.</summary>
    /// <param name="signer">The delegate, such as one of <see cref="TestCertificateAuthority.IssueOcspSigner"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="signer"/> is null.</exception>
    /// <exception cref="ArgumentException">The certificate is self-signed.</exception>
    public void SignOcspBy(TestCertificate signer) => IssuerOf(signer).OcspSigner = signer;

    /// <summary>Counts the requests of a kind.</summary>
    /// <param name="kind">The kind.</param>
    /// <returns>How many there were.</returns>
    public int CountOf(TestRevocationKind kind) => Requests.Count(request => request.Kind == kind);

    /// <summary>Counts the requests to a URL or below it, as OCSP by GET is.</summary>
    /// <param name="url">The URL, such as one of <see cref="CrlUrl"/> or <see cref="OcspUrl"/>.</param>
    /// <returns>How many there were.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="url"/> is null.</exception>
    public int CountOf(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return Requests.Count(request => Url + request.Path == url || (Url + request.Path).StartsWith(url + "/", StringComparison.Ordinal));
    }

    /// <summary>Forgets the requests so far.</summary>
    public void ClearRequests()
    {
        lock (_lock)
        {
            _requests.Clear();
        }
    }

    /// <summary>Ends all connections and stops listening.</summary>
    /// <returns>When all has ended.</returns>
    public ValueTask DisposeAsync() => _http.DisposeAsync();

    private RevocationSite SiteOf(TestCertificateAuthority authority)
    {
        ArgumentNullException.ThrowIfNull(authority);
        lock (_lock)
        {
            if (!_sites.TryGetValue(authority, out RevocationSite? site))
            {
                _sites.Add(authority, site = new RevocationSite(authority, _sites.Count + 1));
            }

            return site;
        }
    }

    private RevocationSite IssuerOf(TestCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return SiteOf(certificate.Issuer ?? throw new ArgumentException("A self-signed certificate has no authority that could speak about it.", nameof(certificate)));
    }

    private void RenewAll()
    {
        foreach (RevocationSite site in _sites.Values)
        {
            site.Renew();
        }
    }

    private async Task AnswerAsync(HttpQuestion question, Stream stream, CancellationToken cancellationToken)
    {
        TestRevocationFault fault;
        HttpAnswer answer;
        lock (_lock)
        {
            fault = _fault;
            answer = Answer(question, fault);
        }

        await Task.Delay(Latency, cancellationToken).ConfigureAwait(false);
        await RevocationFaults.WriteAsync(fault, question, answer, RedirectTarget ?? Url, HugeLength, stream, cancellationToken).ConfigureAwait(false);
    }

    private HttpAnswer Answer(HttpQuestion question, TestRevocationFault fault)
    {
        string path = question.Target.Split('?')[0];
        RevocationSite? site = _sites.Values.FirstOrDefault(s => path.StartsWith(s.Path + "/", StringComparison.Ordinal));
        string place = site is null ? path : path[site.Path.Length..];
        TestRevocationKind kind = site is null ? TestRevocationKind.Other
            : place == "/crl" && question.Method == "GET" ? TestRevocationKind.Crl
            : place == "/delta" && question.Method == "GET" ? TestRevocationKind.DeltaCrl
            : (place == "/ocsp" && question.Method == "POST") || (place.StartsWith("/ocsp/", StringComparison.Ordinal) && question.Method == "GET") ? TestRevocationKind.Ocsp
            : TestRevocationKind.Other;
        if (_requests.Count < MaxRequestsKept)
        {
            _requests.Add(new TestRevocationRequest(
                kind, question.Method, question.Target, question.Headers.ContainsKey("If-None-Match") || question.Headers.ContainsKey("If-Modified-Since")));
        }

        return kind switch
        {
            TestRevocationKind.Crl => Unchanged(question, site!.Crl(fault, _configureCrl)),
            TestRevocationKind.DeltaCrl => Unchanged(question, site!.Delta()),
            TestRevocationKind.Ocsp => site!.Ocsp(question.Method == "POST" ? question.Body : FromPath(place["/ocsp/".Length..]), fault, ConfigureOcsp),
            _ => new HttpAnswer(404),
        };
    }

    // RFC 9110 13.2.2: the entity tag, where there is one, decides alone.
    private static HttpAnswer Unchanged(HttpQuestion question, HttpAnswer answer)
    {
        if (answer.Status != 200)
        {
            return answer;
        }

        bool unchanged = question.Headers.TryGetValue("If-None-Match", out string? tag) ? tag == answer.Headers["ETag"]
            : question.Headers.TryGetValue("If-Modified-Since", out string? since) && since == answer.Headers["Last-Modified"];
        if (!unchanged)
        {
            return answer;
        }

        HttpAnswer notModified = new(304);
        notModified.Headers["ETag"] = answer.Headers["ETag"];
        return notModified;
    }

    // RFC 6960 A.1.1: the base64 of the request, with URL escapes.
    private static byte[] FromPath(string segment)
    {
        byte[] buffer = new byte[segment.Length];
        return Convert.TryFromBase64String(Uri.UnescapeDataString(segment), buffer, out int length) ? buffer[..length] : [];
    }
}
