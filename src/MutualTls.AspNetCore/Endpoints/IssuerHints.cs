namespace MutualTls.AspNetCore.Endpoints;

/// <summary>Says whether the handshake names the authorities whose certificates are wanted. RFC 8446 section 4.2.4.</summary>
public enum IssuerHints
{
    /// <summary>It names none: who asks does not learn whom the policy trusts.</summary>
    None,

    /// <summary>It names the policy's trust anchors, so that browsers offer the right certificates. Sent if all names together are at most 16 KB.</summary>
    TrustAnchors,
}
