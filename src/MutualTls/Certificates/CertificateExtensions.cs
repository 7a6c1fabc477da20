using MutualTls.Encoding;

namespace MutualTls.Certificates;

/// <summary>Holds which extensions a certificate carries and the small values of those that every path reads.</summary>
/// <threadsafety>Not changed after parsing; safe from any thread.</threadsafety>
internal sealed class CertificateExtensions
{
    public static readonly CertificateExtensions None = new();

    private int _present;
    private int _critical;

    /// <summary>Gets the OID of the first critical extension that this library does not know; empty if there is none.</summary>
    public DerRange UnknownCritical { get; internal set; }

    public bool IsCa { get; internal set; }

    public int? PathLength { get; internal set; }

    public KeyUsages? KeyUsages { get; internal set; }

    public ExtendedKeyUsages? ExtendedKeyUsages { get; internal set; }

    public int? RequireExplicitPolicy { get; internal set; }

    public int? InhibitPolicyMapping { get; internal set; }

    public int? InhibitAnyPolicy { get; internal set; }

    /// <summary>Gets whether the certificate is to be used only with a fresh OCSP answer ("must-staple"). RFC 7633 section 4.2.3.</summary>
    public bool DemandsStaple { get; internal set; }

    /// <summary>Gets the content of the subject key identifier; empty if absent.</summary>
    public DerRange SubjectKeyIdentifier { get; internal set; }

    /// <summary>Gets the content of the keyIdentifier of the authority key identifier; empty if absent.</summary>
    public DerRange AuthorityKeyIdentifier { get; internal set; }

    /// <summary>Gets the content of the list of extensions; empty if there is none.</summary>
    public DerRange List { get; internal set; }

    public bool Has(ExtensionKind kind) => (_present & (1 << (int)kind)) != 0;

    public bool IsCritical(ExtensionKind kind) => (_critical & (1 << (int)kind)) != 0;

    internal void Set(ExtensionKind kind, bool critical)
    {
        _present |= 1 << (int)kind;
        _critical |= critical ? 1 << (int)kind : 0;
    }
}
