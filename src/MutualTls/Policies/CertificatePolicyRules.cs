namespace MutualTls.Policies;

/// <summary>Sets the certificate policies inputs of path validation. RFC 5280 section 6.1.1.</summary>
[Flags]
public enum CertificatePolicyRules
{
    /// <summary>None is set.</summary>
    None = 0,

    /// <summary>The path must be valid for at least one accepted policy. (f)</summary>
    RequireExplicitPolicy = 1,

    /// <summary>CAs may not map one policy to another. (e)</summary>
    InhibitPolicyMapping = 2,

    /// <summary>anyPolicy in a certificate stands for no policy. (g)</summary>
    InhibitAnyPolicy = 4,
}
