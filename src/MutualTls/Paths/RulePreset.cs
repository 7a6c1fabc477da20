namespace MutualTls.Paths;

/// <summary>Selects how much is asked of a path and of the end-entity.</summary>
/// <remarks>
/// What each stands for is dated, so that tightening one is a visible change: <c>docs/defaults.md</c> has the table, and the options of
/// a policy's fitness change single rules of it. As of 2026-11:
/// <list type="table">
/// <listheader><term>of the end-entity</term><description>Default, Strict, Rfc5280</description></listheader>
/// <item><term>a CA certificate, or keyCertSign</term><description>refused, refused, accepted</description></item>
/// <item><term>key usage without digitalSignature</term><description>refused, refused, accepted</description></item>
/// <item><term>no extended key usage, or "any" alone</term><description>refused, refused, accepted</description></item>
/// <item><term>a breach of what RFC 5280 section 4 asks of CAs</term><description>accepted, refused, accepted</description></item>
/// </list>
/// </remarks>
public enum RulePreset
{
    /// <summary>What mutual TLS needs: RFC 5280 validation, purpose and usage strict, and a CA certificate is never an end-entity.</summary>
    Default,

    /// <summary><see cref="Default"/> plus what RFC 5280 section 4 demands of issuing CAs: key identifiers, serial numbers, criticality.</summary>
    Strict,

    /// <summary>The bare standard: RFC 5280 section 6 and the algorithm rules; a CA certificate, or one without extended key usage, may be the end-entity.</summary>
    Rfc5280,
}
