using MutualTls.Certificates;

namespace MutualTls.Policies.Fitness;

/// <summary>Says which certificates are fit for the purpose, beyond what the preset of the policy asks.</summary>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed class FitnessOptions
{
    /// <summary>Gets or sets what becomes of an end-entity whose extended key usage names "any" (anyExtendedKeyUsage) and not the purpose itself.</summary>
    /// <value>The default is <see cref="PresetOverride.AsPreset"/>: Default and Strict refuse it, Rfc5280 accepts it.</value>
    public PresetOverride AnyExtendedKeyUsage { get; set; }

    /// <summary>Gets or sets what becomes of an end-entity without extended key usage.</summary>
    /// <value>The default is <see cref="PresetOverride.AsPreset"/>: Default and Strict refuse it, Rfc5280 accepts it.</value>
    public PresetOverride MissingExtendedKeyUsage { get; set; }

    /// <summary>Gets or sets what becomes of an end-entity without key usage.</summary>
    /// <value>The default is <see cref="PresetOverride.AsPreset"/>: all presets accept it, as RFC 5280 section 4.2.1.3 asks the extension of CAs only.</value>
    public PresetOverride MissingKeyUsage { get; set; }

    /// <summary>Gets the kinds of key that end-entity and intermediates may have.</summary>
    /// <value>The default is none, which means every kind that is strong enough.</value>
    public IList<PublicKeyAlgorithm> KeyAlgorithms { get; } = [];

    /// <summary>Gets or sets the shortest RSA key allowed, the trust anchor's included.</summary>
    /// <value>From 2048 to 8192 bits. The default is 2048: NIST SP 800-57, for use until 2030.</value>
    public int MinRsaBits { get; set; } = 2048;

    /// <summary>Gets how end-entity and intermediates may be signed.</summary>
    /// <value>The default is none, which means in every way that is strong enough.</value>
    public IList<SignatureAlgorithm> SignatureAlgorithms { get; } = [];

    /// <summary>Gets or sets the longest time from notBefore to notAfter of an end-entity.</summary>
    /// <value>From 1 minute to 100 years. The default is null: no limit.</value>
    public TimeSpan? MaxLifetime { get; set; }

    /// <summary>Gets or sets the least time that an end-entity must still be valid for. Live connections end when less is left.</summary>
    /// <value>From 1 second to 1 year. The default is null: no demand.</value>
    public TimeSpan? MinRemainingLife { get; set; }

    /// <summary>Gets or sets how far the clocks of CAs and ours may differ: the dates of every certificate of a path are widened by it, at both ends.</summary>
    /// <value>From 0 to 5 minutes. The default is 0.</value>
    public TimeSpan ClockSkew { get; set; }

    /// <summary>Gets the extensions that an end-entity must have.</summary>
    /// <value>
    /// <c>1.2.3</c>, or <c>1.2.3=value</c> with the text of its value, in which a star may stand at the start or the end, or <c>1.2.3=#hex</c> with the
    /// whole value. The default is none. A critical extension that this library does not know is refused all the same.
    /// </value>
    public IList<string> RequiredExtensions { get; } = [];

    /// <summary>Gets the certificate policies (RFC 5280 section 4.2.1.4) that a path must be valid for, every one of them.</summary>
    /// <value>Dotted object identifiers. The default is none.</value>
    public IList<string> RequiredCertificatePolicies { get; } = [];

    /// <summary>Gets the CAs of which one must have issued the end-entity, on the verified path.</summary>
    /// <value>
    /// A CA's whole subject (<c>CN=Devices CA,O=Acme</c>, RFC 4514) or its key as a pin (<c>sha256/...</c>). The default is none, which means any. A certificate that is
    /// trusted as itself has no issuer on its path, so none of these.
    /// </value>
    public IList<string> Issuers { get; } = [];
}
