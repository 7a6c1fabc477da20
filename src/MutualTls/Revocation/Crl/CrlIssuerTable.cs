using MutualTls.Certificates;
using MutualTls.Encoding;

namespace MutualTls.Revocation.Crl;

/// <summary>Numbers the issuers that the entries of an indirect CRL are about; 0 is the CRL's own. RFC 5280 section 5.3.3.</summary>
/// <threadsafety>Immutable once the CRL is read; safe from any thread then.</threadsafety>
internal sealed class CrlIssuerTable
{
    // The dictionary has the last of each hash; those before with the same hash, seldom any, follow by their numbers.
    private readonly List<(byte[] Name, int Next)> _issuers = [];
    private readonly Dictionary<int, int> _byHash = [];

    public CrlIssuerTable(ReadOnlySpan<byte> crlIssuer) => Add(DistinguishedName.PreparedHash(crlIssuer), crlIssuer);

    public int Count => _issuers.Count;

    /// <summary>Finds or adds the issuer that a GeneralNames content names. False: it names none by a distinguished name.</summary>
    public bool TryAdd(ReadOnlySpan<byte> generalNames, out int issuer)
    {
        DerReader reader = new(generalNames);
        while (!reader.IsEmpty && GeneralName.TryRead(ref reader, out GeneralName name))
        {
            if (name.Kind == GeneralNameKind.DirectoryName)
            {
                ReadOnlySpan<byte> value = name.Value.Of(generalNames);
                int hash = DistinguishedName.PreparedHash(value);
                issuer = TryFind(value, hash, out int known) ? known : Add(hash, value);
                return true;
            }
        }

        issuer = 0;
        return false;
    }

    /// <summary>Finds an issuer by its name and that name's <see cref="DistinguishedName.PreparedHash"/>.</summary>
    public bool TryFind(ReadOnlySpan<byte> name, int preparedHash, out int issuer)
    {
        for (int at = _byHash.GetValueOrDefault(preparedHash, -1); at >= 0; at = _issuers[at].Next)
        {
            if (DistinguishedName.AreEqual(_issuers[at].Name, name))
            {
                issuer = at;
                return true;
            }
        }

        issuer = 0;
        return false;
    }

    private int Add(int hash, ReadOnlySpan<byte> name)
    {
        _issuers.Add((name.ToArray(), _byHash.GetValueOrDefault(hash, -1)));
        return _byHash[hash] = _issuers.Count - 1;
    }
}
