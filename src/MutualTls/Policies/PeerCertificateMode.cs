namespace MutualTls.Policies;

/// <summary>Says what becomes of a client that presents no certificate. A bad certificate is refused in either mode.</summary>
public enum PeerCertificateMode
{
    /// <summary>It is refused.</summary>
    Required,

    /// <summary>It is let in as anonymous.</summary>
    Optional,
}
