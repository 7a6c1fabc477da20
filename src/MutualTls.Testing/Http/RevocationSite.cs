using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Testing.Encoding;

namespace MutualTls.Testing.Http;

/// <summary>What a revocation server publishes for one authority. Callers take turns.</summary>
internal sealed class RevocationSite(TestCertificateAuthority authority, int number)
{
    // A CRL stays the same for as long, so that a client can find that nothing has changed.
    private static readonly TimeSpan CrlPeriod = TimeSpan.FromHours(1);

    private readonly Dictionary<string, (TestCertificate Certificate, X509RevocationReason Reason, DateTimeOffset At)> _revoked = [];
    private HttpAnswer? _crl;
    private HttpAnswer? _delta;
    private DateTimeOffset _crlMade;

    public string Path { get; } = string.Create(CultureInfo.InvariantCulture, $"/{number}");

    public TestCertificateAuthority Authority => authority;

    public TestCertificate? OcspSigner { get; set; }

    public void Revoke(TestCertificate certificate, X509RevocationReason reason)
    {
        _revoked[Key(certificate.SerialNumber.Span)] = (certificate, reason, authority.TimeProvider.GetUtcNow());
        Renew();
    }

    public void Restore(TestCertificate certificate)
    {
        _revoked.Remove(Key(certificate.SerialNumber.Span));
        Renew();
    }

    /// <summary>Makes the next question for a CRL get a new one.</summary>
    public void Renew() => _crl = null;

    /// <summary>Publishes a delta CRL from now on; null publishes none.</summary>
    public void PublishDelta(Action<TestCrlSpec>? configure) => _delta = configure is null ? null : Crl(authority.IssueCrl(configure).Der.ToArray());

    public HttpAnswer Delta() => _delta ?? new HttpAnswer(404);

    public HttpAnswer Crl(TestRevocationFault fault, Action<TestCrlSpec>? configure)
    {
        if (_crl is null || authority.TimeProvider.GetUtcNow() - _crlMade >= CrlPeriod)
        {
            TestCertificateAuthority issuer = fault == TestRevocationFault.OtherCertificate ? TestCertificateAuthority.CreateRoot(timeProvider: authority.TimeProvider) : authority;
            byte[] der = issuer.IssueCrl(crl => Describe(crl, fault, configure)).Der.ToArray();
            _crl = Crl(fault == TestRevocationFault.Truncated ? der[..(der.Length / 2)] : der);
            _crlMade = Der.WholeSeconds(authority.TimeProvider.GetUtcNow());
        }

        return _crl;
    }

    private HttpAnswer Crl(byte[] der)
    {
        HttpAnswer answer = new(200, der, "application/pkix-crl");
        answer.Headers["ETag"] = $"\"{Convert.ToHexString(SHA256.HashData(der), 0, 8)}\"";
        answer.Headers["Last-Modified"] = Der.WholeSeconds(authority.TimeProvider.GetUtcNow()).ToString("R", CultureInfo.InvariantCulture);
        return answer;
    }

    public HttpAnswer Ocsp(byte[] request, TestRevocationFault fault, Action<TestOcspSpec>? configure)
    {
        OcspQuestion? question = OcspQuestion.Read(request);
        TestOcspStatus status = question is null || question.Certificates.Count == 0 ? TestOcspStatus.MalformedRequest
            : !question.Certificates.All(id => id.IsOf(authority)) ? TestOcspStatus.Unauthorized
            : fault == TestRevocationFault.TryLater ? TestOcspStatus.TryLater
            : TestOcspStatus.Successful;
        ReadOnlySpan<byte> serial = status == TestOcspStatus.Successful ? question!.Certificates[0].Serial : [];
        TestOcspResponse answer = authority.AnswerOcsp(serial, spec =>
        {
            if (status == TestOcspStatus.Successful)
            {
                Describe(spec, question!, fault);
            }
            else
            {
                spec.Status(status);
            }

            configure?.Invoke(spec);
        });
        return new HttpAnswer(200, answer.Der, "application/ocsp-response");
    }

    private void Describe(TestCrlSpec crl, TestRevocationFault fault, Action<TestCrlSpec>? configure)
    {
        foreach ((TestCertificate certificate, X509RevocationReason reason, DateTimeOffset at) in _revoked.Values)
        {
            crl.Revoke(certificate, entry => entry.RevokedAt(at).Reason(reason));
        }

        _ = fault switch
        {
            TestRevocationFault.Expired => crl.Expired(),
            TestRevocationFault.NotYetValid => crl.NotYetValid(),
            TestRevocationFault.SignedByWrongKey => crl.SignedByWrongKey(),
            TestRevocationFault.Unsigned => crl.Unsigned(),
            _ => crl,
        };
        configure?.Invoke(crl);
    }

    private void Describe(TestOcspSpec spec, OcspQuestion question, TestRevocationFault fault)
    {
        foreach ((OcspQuestion.CertId id, int index) in question.Certificates.Select((id, index) => (id, index)))
        {
            if (index > 0)
            {
                spec.Add(id.Serial);
            }

            spec.WithHash(id.Hash!.Value);
            if (_revoked.TryGetValue(Key(id.Serial), out var revoked))
            {
                spec.Revoked(revoked.Reason, revoked.At);
            }

            _ = fault switch
            {
                TestRevocationFault.Expired => spec.Expired(),
                TestRevocationFault.NotYetValid => spec.NotYetValid(),
                TestRevocationFault.OtherCertificate => spec.OfSerial([.. id.Serial.AsSpan(0, id.Serial.Length - 1), (byte)(id.Serial[^1] ^ 1)]),
                TestRevocationFault.StatusUnknown => spec.StatusUnknown(),
                _ => spec,
            };
        }

        if (OcspSigner is { } signer)
        {
            spec.SignedBy(signer);
        }

        if (question.Nonce is { } nonce)
        {
            spec.WithExtension(TestOids.OcspNonce, critical: false, nonce);
        }

        _ = fault switch
        {
            TestRevocationFault.SignedByWrongKey => spec.SignedByWrongKey(),
            TestRevocationFault.Unsigned => spec.Unsigned(),
            TestRevocationFault.Truncated => spec.Truncated(),
            _ => spec,
        };
    }

    private static string Key(ReadOnlySpan<byte> serial) => Convert.ToHexString(serial);
}
