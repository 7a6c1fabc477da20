namespace MutualTls.Testing;

/// <summary>Names the object identifiers that tests of certificates need, in dotted form.</summary>
/// <threadsafety>Constants; safe from any thread.</threadsafety>
public static class TestOids
{
    /// <summary>The extension subjectKeyIdentifier (RFC 5280 4.2.1.2).</summary>
    public const string SubjectKeyIdentifier = "2.5.29.14";

    /// <summary>The extension keyUsage (RFC 5280 4.2.1.3).</summary>
    public const string KeyUsage = "2.5.29.15";

    /// <summary>The extension subjectAltName (RFC 5280 4.2.1.6).</summary>
    public const string SubjectAlternativeName = "2.5.29.17";

    /// <summary>The extension basicConstraints (RFC 5280 4.2.1.9).</summary>
    public const string BasicConstraints = "2.5.29.19";

    /// <summary>The CRL extension cRLNumber (RFC 5280 5.2.3).</summary>
    public const string CrlNumber = "2.5.29.20";

    /// <summary>The CRL entry extension reasonCode (RFC 5280 5.3.1).</summary>
    public const string CrlReason = "2.5.29.21";

    /// <summary>The CRL entry extension invalidityDate (RFC 5280 5.3.2).</summary>
    public const string InvalidityDate = "2.5.29.24";

    /// <summary>The CRL extension deltaCRLIndicator (RFC 5280 5.2.4).</summary>
    public const string DeltaCrlIndicator = "2.5.29.27";

    /// <summary>The CRL extension issuingDistributionPoint (RFC 5280 5.2.5).</summary>
    public const string IssuingDistributionPoint = "2.5.29.28";

    /// <summary>The CRL entry extension certificateIssuer (RFC 5280 5.3.3).</summary>
    public const string CertificateIssuer = "2.5.29.29";

    /// <summary>The extension nameConstraints (RFC 5280 4.2.1.10).</summary>
    public const string NameConstraints = "2.5.29.30";

    /// <summary>The extension cRLDistributionPoints (RFC 5280 4.2.1.13).</summary>
    public const string CrlDistributionPoints = "2.5.29.31";

    /// <summary>The extension certificatePolicies (RFC 5280 4.2.1.4).</summary>
    public const string CertificatePolicies = "2.5.29.32";

    /// <summary>The special policy anyPolicy (RFC 5280 4.2.1.4).</summary>
    public const string AnyPolicy = "2.5.29.32.0";

    /// <summary>The extension policyMappings (RFC 5280 4.2.1.5).</summary>
    public const string PolicyMappings = "2.5.29.33";

    /// <summary>The extension authorityKeyIdentifier (RFC 5280 4.2.1.1).</summary>
    public const string AuthorityKeyIdentifier = "2.5.29.35";

    /// <summary>The extension policyConstraints (RFC 5280 4.2.1.11).</summary>
    public const string PolicyConstraints = "2.5.29.36";

    /// <summary>The extension extKeyUsage (RFC 5280 4.2.1.12).</summary>
    public const string ExtendedKeyUsage = "2.5.29.37";

    /// <summary>The extension freshestCRL (RFC 5280 4.2.1.15 and 5.2.6).</summary>
    public const string FreshestCrl = "2.5.29.46";

    /// <summary>The extension inhibitAnyPolicy (RFC 5280 4.2.1.14).</summary>
    public const string InhibitAnyPolicy = "2.5.29.54";

    /// <summary>The extension authorityInfoAccess (RFC 5280 4.2.2.1).</summary>
    public const string AuthorityInformationAccess = "1.3.6.1.5.5.7.1.1";

    /// <summary>The extension TLS features, known as must-staple (RFC 7633 4).</summary>
    public const string TlsFeatures = "1.3.6.1.5.5.7.1.24";

    /// <summary>The purpose serverAuth (RFC 5280 4.2.1.12).</summary>
    public const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>The purpose clientAuth (RFC 5280 4.2.1.12).</summary>
    public const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>The purpose codeSigning (RFC 5280 4.2.1.12).</summary>
    public const string CodeSigning = "1.3.6.1.5.5.7.3.3";

    /// <summary>The purpose OCSPSigning (RFC 6960 4.2.2.2).</summary>
    public const string OcspSigning = "1.3.6.1.5.5.7.3.9";

    /// <summary>The purpose anyExtendedKeyUsage (RFC 5280 4.2.1.12).</summary>
    public const string AnyExtendedKeyUsage = "2.5.29.37.0";

    /// <summary>The extension id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2.1).</summary>
    public const string OcspNoCheck = "1.3.6.1.5.5.7.48.1.5";

    /// <summary>The OCSP extension nonce (RFC 9654 2.1).</summary>
    public const string OcspNonce = "1.3.6.1.5.5.7.48.1.2";

    /// <summary>The access method OCSP (RFC 5280 4.2.2.1).</summary>
    public const string Ocsp = "1.3.6.1.5.5.7.48.1";

    /// <summary>The access method caIssuers (RFC 5280 4.2.2.1).</summary>
    public const string CaIssuers = "1.3.6.1.5.5.7.48.2";

    /// <summary>The otherName of a Windows user principal name.</summary>
    public const string UserPrincipalName = "1.3.6.1.4.1.311.20.2.3";

    /// <summary>An OID that nobody knows: of the arc of UUIDs, made at random for these tests (X.667 6).</summary>
    public const string Unknown = "2.25.54562223902254428205581494729525543842";

    /// <summary>The name attribute commonName (X.520).</summary>
    public const string CommonName = "2.5.4.3";

    /// <summary>The name attribute countryName (X.520).</summary>
    public const string Country = "2.5.4.6";

    /// <summary>The name attribute organizationName (X.520).</summary>
    public const string Organization = "2.5.4.10";

    /// <summary>The name attribute organizationalUnitName (X.520).</summary>
    public const string OrganizationalUnit = "2.5.4.11";

    /// <summary>The name attribute serialNumber (X.520), not a certificate's serial number.</summary>
    public const string SerialNumber = "2.5.4.5";

    /// <summary>The name attribute dnQualifier (X.520).</summary>
    public const string DnQualifier = "2.5.4.46";

    /// <summary>The name attribute domainComponent (RFC 4519 2.4).</summary>
    public const string DomainComponent = "0.9.2342.19200300.100.1.25";

    /// <summary>The name attribute emailAddress (PKCS#9).</summary>
    public const string EmailAddress = "1.2.840.113549.1.9.1";
}
