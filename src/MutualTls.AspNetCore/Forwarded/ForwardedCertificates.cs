namespace MutualTls.AspNetCore.Forwarded;

/// <summary>Says whether a requirement is met by a certificate that a trusted proxy forwarded.</summary>
public enum ForwardedCertificates
{
    /// <summary>It is not: the client itself has to be at the other end of the connection.</summary>
    Refuse,

    /// <summary>It is, if the policy accepted it: the proxy's word counts as the client's handshake.</summary>
    Allow,
}
