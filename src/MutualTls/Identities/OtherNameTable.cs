using MutualTls.Certificates;
using MutualTls.Encoding;

namespace MutualTls.Identities;

/// <summary>Holds patterns of names of other forms, each named by an OID: user principal names of Windows, and any other. RFC 5280 section 4.2.1.6.</summary>
/// <remarks>A value is given as text, with a star at its start or end, or as <c>#</c> and the hexadecimal of its whole DER.</remarks>
/// <threadsafety>Safe from any thread once filled.</threadsafety>
internal sealed class OtherNameTable(NameMatching matching)
{
    // 1.3.6.1.4.1.311.20.2.3, a UTF8String.
    private static ReadOnlySpan<byte> UserPrincipalName => [0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x14, 0x02, 0x03];

    private static readonly object Present = new();

    // Windows compares principal names without case.
    private readonly AddressTable _principals = new(matching, OctetComparer.IgnoreCase);
    private readonly Dictionary<byte[], NamesOfOneForm> _byOid = new(OctetComparer.Exact);

    /// <summary>Adds a pattern of user principal names. Not null: what is wrong with it.</summary>
    public string? AddPrincipal(string pattern) => _principals.Add(System.Text.Encoding.UTF8.GetBytes(pattern));

    /// <summary>Adds a pattern of the form <c>1.2.3=value</c>. Not null: what is wrong with it.</summary>
    public string? Add(string pattern)
    {
        int equals = pattern.IndexOf('=', StringComparison.Ordinal);
        byte[] oid;
        try
        {
            oid = Convert.FromHexString(PolicyOids.FromDotted(equals < 0 ? "" : pattern[..equals]));
        }
        catch (ArgumentException)
        {
            return "it is not of the form 1.2.3=value, with a dotted object identifier";
        }

        if (!_byOid.TryGetValue(oid, out NamesOfOneForm? values))
        {
            _byOid.Add(oid, values = new NamesOfOneForm(matching));
        }

        string value = pattern[(equals + 1)..];
        if (value.StartsWith('#'))
        {
            try
            {
                values.Der.Add(Convert.FromHexString(value.AsSpan(1)));
                return null;
            }
            catch (FormatException)
            {
                return "what follows # is not hexadecimal";
            }
        }

        byte[] text = System.Text.Encoding.UTF8.GetBytes(value);
        string? wrong = GlobTable<object>.Check(text);
        if (wrong is null)
        {
            values.Text.GetOrAdd(text, () => Present);
        }

        return wrong;
    }

    /// <summary>Tells whether an otherName matches.</summary>
    /// <param name="presented">Its type and its tagged value, well-formed.</param>
    public bool Matches(ReadOnlySpan<byte> presented)
    {
        if (!TryRead(presented, out ReadOnlySpan<byte> oid, out ReadOnlySpan<byte> encoded, out ReadOnlySpan<byte> text))
        {
            return false;
        }

        if (IsPrincipal(oid, text) && _principals.Matches(text))
        {
            return true;
        }

        return _byOid.Count > 0 && _byOid.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(oid, out NamesOfOneForm? values)
            && (values.Der.GetAlternateLookup<ReadOnlySpan<byte>>().Contains(encoded) || (!text.IsEmpty && values.Text.Matches(text)));
    }

    /// <summary>Gets the user principal names of a certificate.</summary>
    public static string[] PrincipalsOf(ParsedCertificate certificate)
    {
        List<string> principals = [];
        SubjectAlternativeNames names = new(certificate);
        while (names.MoveNext())
        {
            if (names.Kind == GeneralNameKind.OtherName && TryRead(names.Value, out ReadOnlySpan<byte> oid, out _, out ReadOnlySpan<byte> text) && IsPrincipal(oid, text))
            {
                principals.Add(System.Text.Encoding.UTF8.GetString(text));
            }
        }

        return [.. principals];
    }

    private static bool IsPrincipal(ReadOnlySpan<byte> oid, ReadOnlySpan<byte> text) => !text.IsEmpty && oid.SequenceEqual(UserPrincipalName);

    // The text is empty where the value is none.
    private static bool TryRead(ReadOnlySpan<byte> presented, out ReadOnlySpan<byte> oid, out ReadOnlySpan<byte> encoded, out ReadOnlySpan<byte> text)
    {
        oid = encoded = text = default;
        DerReader reader = new(presented);
        if (!reader.TryRead(DerTag.ObjectIdentifier, out DerRange type) || !reader.TryRead(DerTag.ContextConstructed(0), out DerRange value))
        {
            return false;
        }

        oid = reader.Bytes(type);
        encoded = reader.Bytes(value);
        DerReader inner = reader.At(value);
        if (inner.TryReadAny(out byte tag, out DerRange content, out _) && tag is DerTag.Utf8String or DerTag.Ia5String or DerTag.PrintableString)
        {
            text = reader.Bytes(content);
        }

        return true;
    }

    private sealed class NamesOfOneForm(NameMatching matching)
    {
        public HashSet<byte[]> Der { get; } = new(OctetComparer.Exact);

        public GlobTable<object> Text { get; } = new(matching, matching == NameMatching.Deny ? OctetComparer.IgnoreCase : OctetComparer.Exact);
    }
}
