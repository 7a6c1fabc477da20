namespace MutualTls.Paths;

/// <summary>Selects how much is asked of a path and of the end-entity.</summary>
public enum RulePreset
{
    /// <summary>What mutual TLS needs: RFC 5280 validation, purpose and usage strict, and a CA certificate is never an end-entity.</summary>
    Default,

    /// <summary><see cref="Default"/> plus what RFC 5280 section 4 demands of issuing CAs: key identifiers, serial numbers, criticality.</summary>
    Strict,

    /// <summary>The bare standard: RFC 5280 section 6 and the algorithm rules; a CA certificate, or one without extended key usage, may be the end-entity.</summary>
    Rfc5280,
}
