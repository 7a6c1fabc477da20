using MutualTls.Certificates;
using MutualTls.Encoding;

namespace MutualTls.Revocation.Crl;

/// <summary>The names of one distribution point, of a certificate or of a CRL, ready to be compared. RFC 5280 sections 4.2.1.13 and 5.2.5.</summary>
/// <remarks>A name relative to the CRL issuer is given in full, so that all names compare alike.</remarks>
/// <param name="generalNames">The content of a GeneralNames value, well-formed, or nothing.</param>
/// <param name="directoryName">One more name: an encoded, well-formed Name, or nothing.</param>
internal readonly ref struct PointNames(ReadOnlySpan<byte> generalNames, ReadOnlySpan<byte> directoryName)
{
    private readonly ReadOnlySpan<byte> _generalNames = generalNames;
    private readonly ReadOnlySpan<byte> _directoryName = directoryName;

    public bool IsEmpty => _generalNames.IsEmpty && _directoryName.IsEmpty;

    /// <summary>Tells whether the two have a name in common. Directory names are compared prepared, all other forms octet by octet.</summary>
    public bool Matches(PointNames other)
    {
        if (!_directoryName.IsEmpty && other.Contains(GeneralNameKind.DirectoryName, _directoryName))
        {
            return true;
        }

        DerReader reader = new(_generalNames);
        while (!reader.IsEmpty && GeneralName.TryRead(ref reader, out GeneralName name))
        {
            if (other.Contains(name.Kind, name.Value.Of(_generalNames)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads DistributionPointName ::= CHOICE { fullName [0] GeneralNames, nameRelativeToCRLIssuer [1] RelativeDistinguishedName }.</summary>
    public static bool TryRead(DerReader choice, out DerRange fullName, out DerRange relativeName)
    {
        relativeName = default;
        if (choice.TryRead(DerTag.ContextConstructed(0), out fullName))
        {
            return choice.IsEmpty && AreWellFormed(choice.At(fullName));
        }

        return choice.TryRead(DerTag.ContextConstructed(1), out relativeName) && choice.IsEmpty && !relativeName.IsEmpty;
    }

    /// <summary>Tells whether a GeneralNames value has at least one name, and no malformed one.</summary>
    public static bool AreWellFormed(DerReader generalNames)
    {
        if (generalNames.IsEmpty)
        {
            return false;
        }

        while (!generalNames.IsEmpty)
        {
            if (!GeneralName.TryRead(ref generalNames, out _))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Writes the full name for one relative to the CRL issuer: that name with one relative name more. False: it does not fit, or is malformed.</summary>
    public static bool TryExpand(ReadOnlySpan<byte> issuerName, ReadOnlySpan<byte> relativeName, Span<byte> buffer, out int written)
    {
        written = 0;
        DerReader issuer = new(issuerName);
        if (!issuer.TryRead(DerTag.Sequence, out DerRange names) || relativeName.Length > 0xFF00 || names.Length > 0xFF00)
        {
            return false;
        }

        Span<byte> set = stackalloc byte[4], sequence = stackalloc byte[4];
        int setHeader = WriteHeader(DerTag.Set, relativeName.Length, set);
        int sequenceHeader = WriteHeader(DerTag.Sequence, names.Length + setHeader + relativeName.Length, sequence);
        if (names.Length + setHeader + relativeName.Length > 0xFFFF || sequenceHeader + names.Length + setHeader + relativeName.Length > buffer.Length)
        {
            return false;
        }

        Append(sequence[..sequenceHeader], buffer, ref written);
        Append(names.Of(issuerName), buffer, ref written);
        Append(set[..setHeader], buffer, ref written);
        Append(relativeName, buffer, ref written);
        return DistinguishedName.IsWellFormed(buffer[..written]);
    }

    private bool Contains(GeneralNameKind kind, ReadOnlySpan<byte> value)
    {
        if (kind == GeneralNameKind.DirectoryName && !_directoryName.IsEmpty && DistinguishedName.AreEqual(value, _directoryName))
        {
            return true;
        }

        DerReader reader = new(_generalNames);
        while (!reader.IsEmpty && GeneralName.TryRead(ref reader, out GeneralName name))
        {
            ReadOnlySpan<byte> own = name.Value.Of(_generalNames);
            if (name.Kind == kind && (kind == GeneralNameKind.DirectoryName ? DistinguishedName.AreEqual(own, value) : own.SequenceEqual(value)))
            {
                return true;
            }
        }

        return false;
    }

    private static int WriteHeader(byte tag, int length, Span<byte> into)
    {
        into[0] = tag;
        switch (length)
        {
            case < 0x80:
                into[1] = (byte)length;
                return 2;
            case <= 0xFF:
                (into[1], into[2]) = (0x81, (byte)length);
                return 3;
            default:
                (into[1], into[2], into[3]) = (0x82, (byte)(length >> 8), (byte)length);
                return 4;
        }
    }

    private static void Append(ReadOnlySpan<byte> bytes, Span<byte> buffer, ref int written)
    {
        bytes.CopyTo(buffer[written..]);
        written += bytes.Length;
    }
}
