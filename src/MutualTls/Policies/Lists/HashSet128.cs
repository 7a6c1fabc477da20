namespace MutualTls.Policies.Lists;

/// <summary>Holds halves of SHA-256 values: 16 bytes each and one index entry for about four, so that a million take 17 MB and a look-up reads two lines of memory.</summary>
/// <remarks>128 bits are enough: to be found without being listed takes a second preimage, and all it gains is a refusal.</remarks>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed class HashSet128
{
    private readonly UInt128[] _values;
    private readonly int[] _starts;
    private readonly int _shift;

    public HashSet128(IEnumerable<UInt128> values)
    {
        _values = [.. values];
        Array.Sort(_values);
        int bits = Math.Clamp(int.Log2(Math.Max(_values.Length, 1)) - 2, 1, 24);
        _shift = 128 - bits;
        _starts = new int[(1 << bits) + 1];
        foreach (UInt128 value in _values)
        {
            _starts[(int)(value >> _shift) + 1]++;
        }

        for (int i = 1; i < _starts.Length; i++)
        {
            _starts[i] += _starts[i - 1];
        }
    }

    public int Count => _values.Length;

    public bool Contains(UInt128 value)
    {
        int bucket = (int)(value >> _shift);
        for (int i = _starts[bucket]; i < _starts[bucket + 1]; i++)
        {
            if (_values[i] == value)
            {
                return true;
            }
        }

        return false;
    }
}
