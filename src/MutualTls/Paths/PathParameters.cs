using MutualTls.Certificates;
using MutualTls.Trust;

namespace MutualTls.Paths;

/// <summary>Holds what path validation is told from outside. RFC 5280 section 6.1.1.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed class PathParameters
{
    /// <summary>Gets the anchors. (d)</summary>
    public required TrustAnchorSet Anchors { get; init; }

    /// <summary>Gets what is asked beyond the bare standard.</summary>
    public RulePreset Preset { get; init; }

    /// <summary>Gets which algorithms and key sizes are strong enough.</summary>
    public AlgorithmRules Algorithms { get; init; } = AlgorithmRules.Default;

    /// <summary>Gets how far the clocks of CAs and peers may differ from ours.</summary>
    public TimeSpan ClockSkew { get; init; }

    /// <summary>Gets the most intermediates allowed, self-issued ones not counted.</summary>
    public int MaxIntermediates { get; init; } = PathBudget.MaxIntermediates;

    /// <summary>Gets the certificate policies inputs. (c), (e), (f), (g)</summary>
    public CertificatePolicyInputs CertificatePolicies { get; init; } = CertificatePolicyInputs.Default;
}

/// <summary>Holds the certificate policies inputs of RFC 5280 section 6.1.1.</summary>
/// <param name="InitialPolicies">The policies acceptable to the user, dotted; null is anyPolicy. (c)</param>
/// <param name="InhibitMapping">Whether policies may not be mapped. (e)</param>
/// <param name="RequireExplicit">Whether the path must be valid for at least one of the initial policies. (f)</param>
/// <param name="InhibitAnyPolicy">Whether anyPolicy in a certificate counts for nothing. (g)</param>
internal sealed record CertificatePolicyInputs(IReadOnlySet<string>? InitialPolicies, bool InhibitMapping, bool RequireExplicit, bool InhibitAnyPolicy)
{
    public static CertificatePolicyInputs Default { get; } = new(InitialPolicies: null, InhibitMapping: false, RequireExplicit: false, InhibitAnyPolicy: false);
}

/// <summary>Says which algorithms and key sizes are strong enough.</summary>
/// <remarks>The defaults are NIST SP 800-57 part 1 for use until 2030: 112 bits of security.</remarks>
internal sealed record AlgorithmRules(int MinRsaBits)
{
    private const uint All = uint.MaxValue;

    private readonly uint _keys = All, _signatures = All;

    /// <summary>Beyond this a verification takes milliseconds, and no CA in use has such a key.</summary>
    public const int MaxRsaBits = 8192;

    public static AlgorithmRules Default { get; } = new(MinRsaBits: 2048);

    /// <summary>Sets the kinds of key that end-entity and intermediates may have; none means all.</summary>
    public IEnumerable<PublicKeyAlgorithm> Keys
    {
        init => _keys = Mask(value.Select(key => (int)key));
    }

    /// <summary>Sets how end-entity and intermediates may be signed; none means in any strong way.</summary>
    public IEnumerable<SignatureAlgorithm> Signatures
    {
        init => _signatures = Mask(value.Select(signature => (int)signature));
    }

    public bool Allows(PublicKeyAlgorithm key) => (_keys & (1u << (int)key)) != 0;

    public bool Allows(SignatureAlgorithm signature) => (_signatures & (1u << (int)signature)) != 0;

    public static bool IsWeak(SignatureAlgorithm algorithm) => algorithm is SignatureAlgorithm.RsaSha1 or SignatureAlgorithm.EcdsaSha1;

    private static uint Mask(IEnumerable<int> numbers)
    {
        uint mask = numbers.Aggregate(0u, (mask, number) => mask | (1u << number));
        return mask == 0 ? All : mask;
    }
}
