using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Pinning;

namespace MutualTls.Policies.Fitness;

/// <summary>Holds the CAs of which one must have issued the end-entity, by key or by name. One look-up each, however many there are.</summary>
/// <threadsafety>Safe from any thread once filled.</threadsafety>
internal sealed class IssuerSet
{
    private readonly HashSet<SpkiPin> _keys = [];
    private readonly Dictionary<int, List<byte[]>> _names = [];

    /// <summary>Adds a CA. Not null: what is wrong with it.</summary>
    public string? Add(string issuer)
    {
        if (SpkiPin.TryParse(issuer, out SpkiPin key))
        {
            _keys.Add(key);
            return null;
        }

        if (!DistinguishedNameReader.TryRead(issuer, out List<List<NameAttribute>>? names, out string? wrong))
        {
            return $"it is neither a pin (sha256/...) nor a name: {wrong}";
        }

        byte[] name = DistinguishedNameReader.Encode(names);
        int hash = DistinguishedName.PreparedHash(name);
        if (!_names.TryGetValue(hash, out List<byte[]>? same))
        {
            _names.Add(hash, same = []);
        }

        same.Add(name);
        return null;
    }

    public void Check(VerifiedPath path, ref PathAnswer answer)
    {
        if (path.Kind == PathKind.DirectTrust)
        {
            answer.Add(ValidationReason.IssuerNotAllowed, 0, "trusted as itself, so no CA issued it");
            return;
        }

        ParsedCertificate? intermediate = path.Span.Length > 1 ? path.Span[1] : null;
        ReadOnlySpan<byte> key = intermediate is null ? path.Anchor.EncodedKey : intermediate.SubjectPublicKeyInfo;
        ReadOnlySpan<byte> name = intermediate is null ? path.Anchor.SubjectName : intermediate.SubjectName;
        if (!(_keys.Count > 0 && _keys.Contains(SpkiPin.OfKey(key))) && !HasName(name))
        {
            answer.Add(ValidationReason.IssuerNotAllowed, 1, $"issued by '{DistinguishedNameText.Of(name)}' with key {SpkiPin.OfKey(key)}");
        }
    }

    private bool HasName(ReadOnlySpan<byte> subject)
    {
        if (_names.Count > 0 && _names.TryGetValue(DistinguishedName.PreparedHash(subject), out List<byte[]>? candidates))
        {
            foreach (byte[] candidate in candidates)
            {
                if (DistinguishedName.AreEqual(candidate, subject))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
