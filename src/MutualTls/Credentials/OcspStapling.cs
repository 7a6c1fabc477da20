namespace MutualTls.Credentials;

/// <summary>Says whether a credential presents the OCSP answer about itself.</summary>
internal enum OcspStapling
{
    /// <summary>It does not, and nobody is asked.</summary>
    Disabled,

    /// <summary>It does, once there is one.</summary>
    Enabled,
}
