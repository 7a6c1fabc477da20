using System.Security.Cryptography;

namespace MutualTls.Testing;

/// <summary>Holds an issued certificate revocation list, full or delta.</summary>
/// <remarks>Made by <see cref="TestCertificateAuthority.IssueCrl"/>. What <see cref="TestCrlSpec"/> was told to break is broken here.</remarks>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class TestCrl
{
    private readonly byte[] _der;

    internal TestCrl(byte[] der, TestCertificateAuthority issuer)
    {
        _der = der;
        Issuer = issuer;
    }

    /// <summary>Gets the CRL as DER, defects included.</summary>
    public ReadOnlyMemory<byte> Der => _der;

    /// <summary>Gets who was asked to issue it, whatever the CRL itself says.</summary>
    public TestCertificateAuthority Issuer { get; }

    /// <summary>Exports the CRL as PEM.</summary>
    /// <returns>One X509 CRL block (RFC 7468 7) that ends with a line break.</returns>
    public string ToPem() => PemEncoding.WriteString("X509 CRL", _der) + "\n";
}
