namespace MutualTls.Revocation;

/// <summary>Says which source is asked, and in which order.</summary>
public enum RevocationPreference
{
    /// <summary>CRLs first; OCSP for what they leave open.</summary>
    PreferCrl,

    /// <summary>OCSP first; CRLs for what it leaves open.</summary>
    PreferOcsp,

    /// <summary>CRLs alone.</summary>
    CrlOnly,

    /// <summary>OCSP alone.</summary>
    OcspOnly,
}
