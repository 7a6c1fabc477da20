using MutualTls.Testing.Encoding;

namespace MutualTls.Testing;

/// <content>The extensions of the response as a whole and of what is said about one certificate.</content>
public sealed partial class TestOcspSpec
{
    private readonly ExtensionList _extensions = new();

    /// <summary>Repeats a nonce; not critical.</summary>
    /// <param name="nonce">The nonce itself, which is written as an OCTET STRING.</param>
    /// <returns>This description.</returns>
    /// <remarks><rfc>9654 2.1</rfc></remarks>
    public TestOcspSpec WithNonce(ReadOnlySpan<byte> nonce) => WithExtension(TestOids.OcspNonce, critical: false, Der.Tlv(0x04, nonce));

    /// <summary>Sets any extension of the response, known or not.</summary>
    /// <param name="oid">The extension.</param>
    /// <param name="critical">Whether it is critical.</param>
    /// <param name="value">The content of extnValue, unchecked.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="oid"/> is null.</exception>
    public TestOcspSpec WithExtension(string oid, bool critical, ReadOnlySpan<byte> value)
    {
        ArgumentNullException.ThrowIfNull(oid);
        _extensions.Set(oid, critical, value.ToArray());
        return this;
    }

    /// <summary>Adds a critical extension that nobody knows to the response: it must not be used.</summary>
    /// <returns>This description.</returns>
    /// <remarks>Its OID is <see cref="TestOids.Unknown"/>, its value an ASN.1 NULL.</remarks>
    public TestOcspSpec WithUnknownCriticalExtension() => WithExtension(TestOids.Unknown, critical: true, [0x05, 0x00]);

    /// <summary>Writes an extension of the response twice.</summary>
    /// <param name="oid">The extension. Issuing throws <see cref="InvalidOperationException"/> if it is not there.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="oid"/> is null.</exception>
    public TestOcspSpec ExtensionDuplicated(string oid)
    {
        ArgumentNullException.ThrowIfNull(oid);
        _extensions.Duplicate(oid);
        return this;
    }

    /// <summary>Sets any extension of what is said about the certificate, known or not.</summary>
    /// <param name="oid">The extension.</param>
    /// <param name="critical">Whether it is critical.</param>
    /// <param name="value">The content of extnValue, unchecked.</param>
    /// <returns>This description.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="oid"/> is null.</exception>
    public TestOcspSpec WithEntryExtension(string oid, bool critical, ReadOnlySpan<byte> value)
    {
        ArgumentNullException.ThrowIfNull(oid);
        _entries[^1].Extensions.Set(oid, critical, value.ToArray());
        return this;
    }

    /// <summary>Makes the response larger than any client should take: it is sound, with an extension of zeros.</summary>
    /// <param name="bytes">How many zeros. The default is 1 MiB.</param>
    /// <returns>This description.</returns>
    public TestOcspSpec Huge(int bytes = 1 << 20) => WithExtension(TestOids.Unknown, critical: false, new byte[bytes]);
}
