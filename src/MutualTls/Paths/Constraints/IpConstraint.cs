namespace MutualTls.Paths.Constraints;

/// <summary>Matches addresses with ranges. RFC 5280 section 4.2.1.10: an address and a mask in the style of RFC 4632.</summary>
internal static class IpConstraint
{
    public static ConstraintMatch Match(ReadOnlySpan<byte> address, ReadOnlySpan<byte> range)
    {
        int length = range.Length / 2;
        if (range.Length is not (8 or 32) || address.Length is not (4 or 16) || !IsPrefix(range[length..]))
        {
            return ConstraintMatch.Unjudgeable;
        }

        if (address.Length != length)
        {
            return ConstraintMatch.Outside;
        }

        for (int i = 0; i < length; i++)
        {
            if (((address[i] ^ range[i]) & range[length + i]) != 0)
            {
                return ConstraintMatch.Outside;
            }
        }

        return ConstraintMatch.Inside;
    }

    // Ones, then zeros.
    private static bool IsPrefix(ReadOnlySpan<byte> mask)
    {
        ReadOnlySpan<byte> rest = mask.TrimStart((byte)0xFF);
        if (rest.IsEmpty)
        {
            return true;
        }

        int inverted = rest[0] ^ 0xFF;
        return (inverted & (inverted + 1)) == 0 && !rest[1..].ContainsAnyExcept((byte)0);
    }
}
