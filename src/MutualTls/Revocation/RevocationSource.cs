namespace MutualTls.Revocation;

/// <summary>Names where an answer came from.</summary>
public enum RevocationSource
{
    /// <summary>There is no answer.</summary>
    None,

    /// <summary>A certificate revocation list.</summary>
    Crl,

    /// <summary>An OCSP response.</summary>
    Ocsp,
}
