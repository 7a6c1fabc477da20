namespace MutualTls.Encoding;

/// <summary>Reads DER values one after another, without copying and without throwing for what they hold.</summary>
/// <remarks>Hands out ranges into one source, and asks for exact tags. X.690 section 10.</remarks>
internal ref struct DerReader
{
    // X.690 sections 8.1.5, 8.17, 8.18: end-of-contents, EXTERNAL, EMBEDDED PDV and unrestricted CHARACTER STRING; the last three are constructed, which X.509 has no use for.
    private const uint NotInX509 = (1u << 0) | (1u << 8) | (1u << 11) | (1u << 29);

    private readonly ReadOnlySpan<byte> _source;
    private readonly int _end;
    private int _position;

    public DerReader(ReadOnlySpan<byte> source)
        : this(source, new DerRange(0, source.Length))
    {
    }

    /// <summary>Reads what lies in <paramref name="range"/>; the ranges it hands out count from the start of <paramref name="source"/>.</summary>
    public DerReader(ReadOnlySpan<byte> source, DerRange range)
    {
        _source = source;
        _position = range.Start;
        _end = range.End;
    }

    public readonly bool IsEmpty => _position == _end;

    /// <summary>Gets whether the next value has this tag.</summary>
    public readonly bool NextIs(byte tag) => _position < _end && _source[_position] == tag;

    /// <summary>Reads the next value, whatever its tag.</summary>
    public bool TryReadAny(out byte tag, out DerRange content, out DerRange encoded)
    {
        tag = 0;
        content = encoded = default;
        ReadOnlySpan<byte> left = _source[_position.._end];
        if (left.Length < 2 || !TryReadLength(left, out int offset, out int length) || length > left.Length - offset)
        {
            return false;
        }

        tag = left[0];
        content = new DerRange(_position + offset, length);
        encoded = new DerRange(_position, offset + length);
        _position += offset + length;

        // X.690 section 10.2: a string is never constructed; of the universal types that X.509 uses, SEQUENCE and SET are, and nothing else.
        bool isUniversal = (tag & 0xC0) == 0, isConstructed = (tag & 0x20) != 0, mayHold = (tag & 0x1E) == 0x10;
        if (isUniversal && (isConstructed != mayHold || ((NotInX509 >> (tag & 0x1F)) & 1) != 0))
        {
            return false;
        }

        // The long form of a tag (0x1F) names nothing in X.509, and reading only its first byte would mistake it for another.
        return (tag & 0x1F) != 0x1F;
    }

    // The length in its shortest form, of a value of less than 2^31 octets. X.690 sections 8.1.3.4, 8.1.3.5 and 10.1.
    private static bool TryReadLength(ReadOnlySpan<byte> value, out int offset, out int length)
    {
        (offset, length) = (2, value[1]);
        if (length < 0x80)
        {
            return true;
        }

        offset += length & 0x7F;
        if (offset is < 3 or > 6 || value.Length < offset || value[2] == 0)
        {
            return false;
        }

        uint octets = 0;
        foreach (byte octet in value[2..offset])
        {
            octets = (octets << 8) | octet;
        }

        length = (int)octets;
        return octets is >= 0x80 and <= int.MaxValue;
    }

    /// <summary>Reads the next value, which must have this tag.</summary>
    public bool TryRead(byte tag, out DerRange content, out DerRange encoded)
    {
        if (NextIs(tag) && TryReadAny(out _, out content, out encoded))
        {
            return true;
        }

        content = encoded = default;
        return false;
    }

    /// <summary>Reads the content of the next value, which must have this tag.</summary>
    public bool TryRead(byte tag, out DerRange content) => TryRead(tag, out content, out _);

    /// <summary>Opens the next value, which must have this tag.</summary>
    public bool TryOpen(byte tag, out DerReader inner)
    {
        bool read = TryRead(tag, out DerRange content, out _);
        inner = new DerReader(_source, content);
        return read;
    }

    /// <summary>Reads the next value if it has this tag; an absent one is an empty range and still a success.</summary>
    public bool TryReadOptional(byte tag, out DerRange content, out bool present)
    {
        content = default;
        present = NextIs(tag);
        return !present || TryRead(tag, out content, out _);
    }

    /// <summary>Reads a BIT STRING whose bits fill whole octets, as keys and signatures do.</summary>
    public bool TryReadAlignedBits(out DerRange bits)
    {
        bool read = TryRead(DerTag.BitString, out DerRange content) && content.Length >= 1 && _source[content.Start] == 0;
        bits = read ? new DerRange(content.Start + 1, content.Length - 1) : default;
        return read;
    }

    /// <summary>Reads the same source from another place: a range that this reader handed out.</summary>
    public readonly DerReader At(DerRange range) => new(_source, range);

    /// <summary>Gets the bytes of a range that this reader handed out.</summary>
    public readonly ReadOnlySpan<byte> Bytes(DerRange range) => range.Of(_source);
}
