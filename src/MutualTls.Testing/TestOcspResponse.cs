namespace MutualTls.Testing;

/// <summary>Holds what an OCSP responder would send.</summary>
/// <remarks>Made by <see cref="TestCertificateAuthority.IssueOcspResponse"/>. What <see cref="TestOcspSpec"/> was told to break is broken here.</remarks>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class TestOcspResponse
{
    private readonly byte[] _der;

    internal TestOcspResponse(byte[] der, TestCertificateAuthority issuer)
    {
        _der = der;
        Issuer = issuer;
    }

    /// <summary>Gets the OCSPResponse as DER, defects included.</summary>
    public ReadOnlyMemory<byte> Der => _der;

    /// <summary>Gets who was asked to issue it, whatever the response itself says.</summary>
    public TestCertificateAuthority Issuer { get; }
}
