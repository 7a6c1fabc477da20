namespace MutualTls.Certificates;

/// <summary>States what a key may be used for. RFC 5280 section 4.2.1.3.</summary>
[Flags]
public enum KeyUsages
{
    /// <summary>No use is stated.</summary>
    None = 0,

    /// <summary>Signatures over anything but certificates and CRLs; a TLS handshake is one.</summary>
    DigitalSignature = 0x8000,

    /// <summary>Signatures that the signer cannot later deny.</summary>
    NonRepudiation = 0x4000,

    /// <summary>Encryption of keys.</summary>
    KeyEncipherment = 0x2000,

    /// <summary>Encryption of data.</summary>
    DataEncipherment = 0x1000,

    /// <summary>Agreement on keys.</summary>
    KeyAgreement = 0x0800,

    /// <summary>Signatures over certificates.</summary>
    KeyCertSign = 0x0400,

    /// <summary>Signatures over CRLs.</summary>
    CrlSign = 0x0200,

    /// <summary>With key agreement: to encrypt only.</summary>
    EncipherOnly = 0x0100,

    /// <summary>With key agreement: to decrypt only.</summary>
    DecipherOnly = 0x0080,
}
