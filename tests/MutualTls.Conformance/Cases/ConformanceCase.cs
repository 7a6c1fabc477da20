using MutualTls.Certificates;
using MutualTls.Policies;

namespace MutualTls.Conformance.Cases;

/// <summary>Holds one case of any suite in the form that every engine is given it.</summary>
internal sealed record ConformanceCase
{
    /// <summary>Gets the suite's own name for it.</summary>
    public required string Id { get; init; }

    /// <summary>Gets what the project owes it: <c>core</c> and so on, or <c>all</c> where nothing says.</summary>
    public required string Scope { get; init; }

    /// <summary>Gets the part of the suite it belongs to.</summary>
    public required string Group { get; init; }

    /// <summary>Gets whether the peer is to be accepted.</summary>
    public required bool ExpectsAcceptance { get; init; }

    /// <summary>Gets the peer's certificate as DER.</summary>
    public required ReadOnlyMemory<byte> EndEntity { get; init; }

    /// <summary>Gets what else the peer presents, as DER, in any order.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Others { get; init; }

    /// <summary>Gets the trust anchors, as DER certificates.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Anchors { get; init; }

    /// <summary>Gets the time of validation; null is now.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Gets the part that the peer plays.</summary>
    public PeerRole Role { get; init; } = PeerRole.Client;

    /// <summary>Gets the names that the peer must have, all of them; none means that no name is checked.</summary>
    public IReadOnlyList<ExpectedName> Names { get; init; } = [];

    /// <summary>Gets the key usages that the peer must allow.</summary>
    public KeyUsages KeyUsages { get; init; }

    /// <summary>Gets whether the purpose of <see cref="Role"/> is checked.</summary>
    public bool ChecksPurpose { get; init; } = true;

    /// <summary>Gets the most intermediates, self-issued ones not counted; null is no limit.</summary>
    public int? MaxIntermediates { get; init; }

    /// <summary>Gets whether revocation is checked, with <see cref="Crls"/> alone and hard.</summary>
    public bool ChecksRevocation { get; init; }

    /// <summary>Gets the CRLs as DER.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Crls { get; init; } = [];

    /// <summary>Gets the certificate policies inputs of RFC 5280 section 6.1.1.</summary>
    public PolicyInputs Policies { get; init; } = PolicyInputs.Default;

    /// <summary>Gets the policies that an accepted path must be valid for; null where the suite does not say.</summary>
    public IReadOnlyList<string>? ExpectedPolicies { get; init; }

    /// <summary>Gets what the case needs beyond plain validation, by the suite's names.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];
}

/// <summary>Holds a name that the peer must have.</summary>
/// <param name="Kind">DNS, IP or RFC822.</param>
/// <param name="Value">The name.</param>
internal sealed record ExpectedName(string Kind, string Value);

/// <summary>Holds the certificate policies inputs of RFC 5280 section 6.1.1 (c), (e), (f) and (g).</summary>
internal sealed record PolicyInputs(IReadOnlyList<string> Initial, CertificatePolicyRules Rules)
{
    public const string AnyPolicy = "2.5.29.32.0";

    public static PolicyInputs Default { get; } = new([AnyPolicy], CertificatePolicyRules.None);
}
