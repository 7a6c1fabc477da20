using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Trust;

namespace MutualTls.Paths;

/// <summary>One candidate path on its way through the rules: what they read and where they write.</summary>
/// <remarks>Depth 0 is the end-entity and <see cref="AnchorDepth"/> the anchor; RFC 5280 counts the other way round, its certificate i is at depth n - i.</remarks>
internal ref struct PathCheck(
    ReadOnlySpan<ParsedCertificate> certificates, TrustAnchor anchor, PathParameters parameters, PathPurpose purpose, DateTimeOffset time, ref PathBudget budget)
{
    /// <summary>The certificates, end-entity first, the anchor not among them.</summary>
    public readonly ReadOnlySpan<ParsedCertificate> Certificates = certificates;

    public readonly TrustAnchor Anchor = anchor;

    public readonly PathParameters Parameters = parameters;

    public readonly PathPurpose Purpose = purpose;

    public readonly DateTimeOffset Time = time;

    public readonly ref PathBudget Budget = ref budget;

    public readonly int AnchorDepth => Certificates.Length;

    /// <summary>Gets what speaks against the path; null while nothing does.</summary>
    public FindingCollection? Findings { get; private set; }

    /// <summary>Gets the lowest depth above which no other choice of issuers can mend the path: the builder goes back to there.</summary>
    public int MendableDepth { get; private set; } = int.MaxValue;

    /// <summary>Gets the certificate at a depth; at the anchor's, the one it was given as, or null.</summary>
    public readonly ParsedCertificate? At(int depth) => depth < Certificates.Length ? Certificates[depth] : Anchor.Certificate;

    /// <summary>Adds a finding about the certificate at <paramref name="depth"/>.</summary>
    /// <param name="reason">What is wrong.</param>
    /// <param name="depth">Where.</param>
    /// <param name="detail">What was compared with what.</param>
    /// <param name="causedAt">The greatest depth that takes part in the fault; without it, <paramref name="depth"/>.</param>
    public void Add(ValidationReason reason, int depth, string? detail = null, int causedAt = -1)
    {
        (Findings ??= new FindingCollection()).Add(reason, depth, detail);
        MendableDepth = Math.Min(MendableDepth, Math.Max(depth, causedAt));
    }
}
