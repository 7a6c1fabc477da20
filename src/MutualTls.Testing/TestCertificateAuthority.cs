using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MutualTls.Testing;

/// <summary>Issues test certificates: a certificate whose key signs others.</summary>
/// <remarks>Signs whatever it is asked to, whether or not its own certificate allows that.</remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
public sealed class TestCertificateAuthority : TestCertificate
{
    private long _lastCrlNumber;

    private TestCertificateAuthority(TestCertificateSpec spec, TestCertificateAuthority? issuer, TimeProvider timeProvider)
        : base(spec, issuer, timeProvider)
    {
    }

    /// <summary>Makes a self-signed authority, valid from one day ago for 10 years.</summary>
    /// <param name="name">The common name. The default is "Test Root" and a random number.</param>
    /// <param name="configure">Changes what is issued.</param>
    /// <param name="timeProvider">The clock for this authority and all below it. The default is <see cref="System.TimeProvider.System"/>.</param>
    /// <returns>The authority.</returns>
    public static TestCertificateAuthority CreateRoot(
        string? name = null, Action<TestCertificateSpec>? configure = null, TimeProvider? timeProvider = null)
    {
        timeProvider ??= TimeProvider.System;
        TestCertificateSpec spec = CertificateProfiles.Root(name, timeProvider);
        configure?.Invoke(spec);
        return new TestCertificateAuthority(spec, issuer: null, timeProvider);
    }

    /// <summary>Issues an authority below this one, valid from one day ago for 5 years, without a path length.</summary>
    /// <param name="name">The common name. The default is "Test Intermediate" and a random number.</param>
    /// <param name="configure">Changes what is issued.</param>
    /// <returns>The new authority.</returns>
    /// <inheritdoc cref="Issue(Action{TestCertificateSpec})" path="/exception"/>
    public TestCertificateAuthority IssueIntermediate(string? name = null, Action<TestCertificateSpec>? configure = null)
    {
        TestCertificateSpec spec = CertificateProfiles.Intermediate(name, TimeProvider);
        configure?.Invoke(spec);
        return new TestCertificateAuthority(spec, this, TimeProvider);
    }

    /// <summary>Issues a server's certificate: serverAuth, digital signature, the host as subjectAltName, valid for 90 days.</summary>
    /// <param name="dnsNameOrIp">The host: an IP address becomes an iPAddress, anything else a dNSName.</param>
    /// <param name="configure">Changes what is issued.</param>
    /// <returns>The certificate.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="dnsNameOrIp"/> is null.</exception>
    /// <inheritdoc cref="Issue(Action{TestCertificateSpec})" path="/exception"/>
    public TestCertificate IssueServer(string dnsNameOrIp, Action<TestCertificateSpec>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(dnsNameOrIp);
        return Issue(CertificateProfiles.Server(dnsNameOrIp, TimeProvider), configure);
    }

    /// <summary>Issues a client's certificate: clientAuth, digital signature, valid for 90 days.</summary>
    /// <param name="name">
    /// The common name, and the subjectAltName where it can be one: a URI (with <c>://</c>), an e-mail address (with <c>@</c>),
    /// an IP address or a host name.
    /// </param>
    /// <param name="configure">Changes what is issued.</param>
    /// <returns>The certificate.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    /// <inheritdoc cref="Issue(Action{TestCertificateSpec})" path="/exception"/>
    public TestCertificate IssueClient(string name, Action<TestCertificateSpec>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Issue(CertificateProfiles.Client(name, TimeProvider), configure);
    }

    /// <summary>Issues an end-entity certificate: digital signature, serverAuth and clientAuth, no subjectAltName, valid for 90 days.</summary>
    /// <param name="configure">Changes what is issued.</param>
    /// <returns>The certificate.</returns>
    /// <exception cref="InvalidOperationException">
    /// This authority has no private key, or a defect names an extension that is not there.
    /// </exception>
    /// <exception cref="ArgumentException">The signature kind asked for does not fit this authority's key.</exception>
    public TestCertificate Issue(Action<TestCertificateSpec>? configure = null) => Issue(CertificateProfiles.EndEntity(TimeProvider), configure);

    /// <summary>Issues a certificate below this authority for the name and key of another: a second path to the same issuer.</summary>
    /// <param name="other">The authority to certify.</param>
    /// <param name="configure">Changes what is issued.</param>
    /// <returns>An authority with the name, key and key identifier of <paramref name="other"/> and this one as issuer.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="other"/> is null.</exception>
    /// <inheritdoc cref="Issue(Action{TestCertificateSpec})" path="/exception"/>
    public TestCertificateAuthority CrossSign(TestCertificateAuthority other, Action<TestCertificateSpec>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(other);
        return IssueIntermediate(name: null, spec =>
        {
            spec.WithSubject(other.Subject).WithKey(other.Key).WithSubjectKeyIdentifier(other.SubjectKeyId);
            configure?.Invoke(spec);
        });
    }

    /// <summary>Issues a certificate for a PKCS#10 request, after verifying that the requester holds the key.</summary>
    /// <param name="pkcs10">The request, as DER.</param>
    /// <param name="configure">Changes what is issued.</param>
    /// <returns>
    /// A certificate as <see cref="Issue(Action{TestCertificateSpec})"/> gives it, without private key; subject, public key and subjectAltName are the request's.
    /// No other extension asked for is taken over.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="pkcs10"/> is null.</exception>
    /// <exception cref="CryptographicException">The request cannot be read, or its signature is wrong.</exception>
    /// <inheritdoc cref="Issue(Action{TestCertificateSpec})" path="/exception"/>
    /// <remarks><rfc>2986 4.2</rfc></remarks>
    public TestCertificate SignRequest(byte[] pkcs10, Action<TestCertificateSpec>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(pkcs10);
        var request = CertificateRequest.LoadSigningRequest(
            pkcs10,
            HashAlgorithmName.SHA256,
            CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions,
            RSASignaturePadding.Pkcs1);
        TestCertificateSpec spec = CertificateProfiles.EndEntity(TimeProvider)
            .WithSubject(TestName.FromDer(request.SubjectName.RawData))
            .WithPublicKey(request.PublicKey.ExportSubjectPublicKeyInfo());
        X509Extension? san = request.CertificateExtensions.FirstOrDefault(e => e.Oid?.Value == TestOids.SubjectAlternativeName);
        if (san is not null)
        {
            spec.WithExtension(TestOids.SubjectAlternativeName, san.Critical, san.RawData);
        }

        return Issue(spec, configure);
    }

    /// <summary>Issues a CRL: by default one that revokes nothing and is due again in 7 days.</summary>
    /// <param name="configure">Changes what is issued.</param>
    /// <returns>The CRL.</returns>
    /// <exception cref="InvalidOperationException">
    /// This authority has no private key, or a defect names an extension that is not there.
    /// </exception>
    /// <exception cref="ArgumentException">The signature kind asked for does not fit the key.</exception>
    /// <remarks>For a CRL issuer that is no authority, issue one with <see cref="TestCertificateSpec.WithBasicConstraints"/> false. <rfc>5280 5</rfc></remarks>
    public TestCrl IssueCrl(Action<TestCrlSpec>? configure = null)
    {
        var spec = new TestCrlSpec(this, Interlocked.Increment(ref _lastCrlNumber), TimeProvider);
        configure?.Invoke(spec);
        return new TestCrl(spec.Write(), this);
    }

    /// <summary>Issues a certificate that may sign OCSP responses for this authority: OCSPSigning, no-check, digital signature, valid for 90 days.</summary>
    /// <param name="configure">Changes what is issued.</param>
    /// <returns>The certificate.</returns>
    /// <inheritdoc cref="Issue(Action{TestCertificateSpec})" path="/exception"/>
    /// <remarks><rfc>6960 4.2.2.2</rfc></remarks>
    public TestCertificate IssueOcspSigner(Action<TestCertificateSpec>? configure = null) =>
        Issue(CertificateProfiles.OcspSigner(TimeProvider), configure);

    /// <summary>Answers an OCSP question about a certificate: by default that it is good, signed by this authority.</summary>
    /// <param name="certificate">The certificate; only its serial number counts.</param>
    /// <param name="configure">Changes the answer.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="certificate"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The signer has no private key, or a defect names an extension that is not there.</exception>
    /// <exception cref="ArgumentException">The signature kind asked for does not fit the key.</exception>
    /// <remarks><rfc>6960 4.2</rfc></remarks>
    public TestOcspResponse IssueOcspResponse(TestCertificate certificate, Action<TestOcspSpec>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return AnswerOcsp(certificate.SerialNumber.Span, configure);
    }

    internal TestOcspResponse AnswerOcsp(ReadOnlySpan<byte> serial, Action<TestOcspSpec>? configure)
    {
        var spec = new TestOcspSpec(this, serial, TimeProvider);
        configure?.Invoke(spec);
        return new TestOcspResponse(spec.Write(), this);
    }

    private TestCertificate Issue(TestCertificateSpec spec, Action<TestCertificateSpec>? configure)
    {
        configure?.Invoke(spec);
        return Issue(spec, this, TimeProvider);
    }
}
