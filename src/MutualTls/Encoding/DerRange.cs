namespace MutualTls.Encoding;

/// <summary>Points at some bytes of a larger DER value, so that a parsed certificate holds its bytes once.</summary>
internal readonly record struct DerRange(int Start, int Length)
{
    public int End => Start + Length;

    /// <summary>Gets whether this points at nothing: a field that is absent, since no DER value starts at zero of its own container's content.</summary>
    public bool IsEmpty => Length == 0;

    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> source) => source.Slice(Start, Length);
}
