using System.Buffers;
using MutualTls.Encoding;

namespace MutualTls.Certificates;

/// <summary>Points at one name of a GeneralNames value.</summary>
/// <param name="Kind">The form of the name.</param>
/// <param name="Value">The content octets; of a directory name the encoded Name, of an otherName the OID and the tagged value.</param>
internal readonly record struct GeneralName(GeneralNameKind Kind, DerRange Value)
{
    /// <summary>Gets the tag of a kind of name: of those that hold other values inside, the constructed one. RFC 5280 section 4.2.1.6.</summary>
    public static byte TagOf(GeneralNameKind kind) => IsConstructed((int)kind) ? DerTag.ContextConstructed((int)kind) : DerTag.Context((int)kind);

    /// <summary>Reads the next name, whatever it holds, for use where its length is that of a constraint.</summary>
    public static bool TryRead(ref DerReader reader, out GeneralName name)
    {
        name = default;
        if (!reader.TryReadAny(out byte tag, out DerRange content, out _))
        {
            return false;
        }

        int number = tag & 0x1F;
        bool constructed = (tag & 0x20) != 0;
        if ((tag & 0xC0) != 0x80 || number > 8 || constructed != IsConstructed(number))
        {
            return false;
        }

        name = new GeneralName((GeneralNameKind)number, content);
        ReadOnlySpan<byte> bytes = reader.Bytes(content);
        return name.Kind switch
        {
            // These are IA5String: seven bits. A NUL inside has fooled readers that stop at it (pitfall 10).
            GeneralNameKind.Email or GeneralNameKind.Dns or GeneralNameKind.Uri => !bytes.ContainsAnyExceptInRange((byte)1, (byte)127),
            GeneralNameKind.DirectoryName => DistinguishedName.IsWellFormed(bytes),
            GeneralNameKind.RegisteredId => DerValue.IsObjectIdentifier(bytes),
            GeneralNameKind.OtherName => IsOtherName(bytes),
            _ => true,
        };
    }

    /// <summary>Reads the next name of a subject alternative name, where an address has 4 or 16 octets and no text is empty.</summary>
    public static bool TryReadPresented(ref DerReader reader, out GeneralName name) =>
        TryRead(ref reader, out name) && name.Kind switch
        {
            GeneralNameKind.IpAddress => name.Value.Length is 4 or 16,
            GeneralNameKind.Email or GeneralNameKind.Dns or GeneralNameKind.Uri => name.Value.Length > 0,
            _ => true,
        };

    private static bool IsConstructed(int number) => number is 0 or 3 or 4 or 5;

    // OtherName ::= SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY }, implicitly tagged.
    private static bool IsOtherName(ReadOnlySpan<byte> bytes)
    {
        DerReader reader = new(bytes);
        return reader.TryRead(DerTag.ObjectIdentifier, out DerRange oid) && DerValue.IsObjectIdentifier(reader.Bytes(oid))
            && reader.TryOpen(DerTag.ContextConstructed(0), out DerReader value) && reader.IsEmpty
            && value.TryReadAny(out _, out _, out _) && value.IsEmpty;
    }
}
