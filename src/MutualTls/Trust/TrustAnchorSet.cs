using System.Collections;
using MutualTls.Certificates;

namespace MutualTls.Trust;

/// <summary>Holds the trust anchors of one moment.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class TrustAnchorSet : IReadOnlyCollection<TrustAnchor>
{
    private readonly Dictionary<int, TrustAnchor[]> _byName;
    private readonly TrustAnchor[] _anchors;

    /// <summary>Makes a set; two anchors with the same name and key count once, unless their certificates differ.</summary>
    /// <param name="anchors">The anchors; may be empty, then no path is ever found.</param>
    public TrustAnchorSet(IEnumerable<TrustAnchor> anchors)
    {
        ArgumentNullException.ThrowIfNull(anchors);
        _anchors = [.. anchors.DistinctBy(a => (Convert.ToHexString(a.SubjectName), Convert.ToHexString(a.EncodedKey), a.Certificate?.Sha256Fingerprint))];
        _byName = _anchors.GroupBy(a => DistinguishedName.PreparedHash(a.SubjectName)).ToDictionary(g => g.Key, g => g.ToArray());
    }

    /// <summary>Gets a set without anchors.</summary>
    public static TrustAnchorSet Empty { get; } = new([]);

    /// <summary>Gets how many anchors there are.</summary>
    public int Count => _anchors.Length;

    /// <inheritdoc/>
    public IEnumerator<TrustAnchor> GetEnumerator() => ((IEnumerable<TrustAnchor>)_anchors).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Imports every key, so that no handshake has to: each costs about two verifications.</summary>
    internal void ImportKeys()
    {
        foreach (TrustAnchor anchor in _anchors)
        {
            anchor.GetVerificationKey();
        }
    }

    /// <summary>Gets the anchors that may have this name: all that do, and seldom others.</summary>
    internal ReadOnlySpan<TrustAnchor> Named(int preparedNameHash) => _byName.TryGetValue(preparedNameHash, out TrustAnchor[]? anchors) ? anchors : default;

    /// <summary>Tells whether there is an anchor of the same name and key.</summary>
    internal bool Has(TrustAnchor anchor)
    {
        foreach (TrustAnchor own in Named(DistinguishedName.PreparedHash(anchor.SubjectName)))
        {
            if (own.EncodedKey.SequenceEqual(anchor.EncodedKey) && DistinguishedName.AreEqual(own.SubjectName, anchor.SubjectName))
            {
                return true;
            }
        }

        return false;
    }
}
