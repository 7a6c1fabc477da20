using System.Buffers;

namespace MutualTls.Identities;

/// <summary>Finds what was stored under patterns of one piece of text: a literal, <c>prefix*</c>, <c>*suffix</c> or <c>*</c>.</summary>
/// <remarks>One look-up for the literals and one for each length of prefix and suffix in use, however many patterns there are.</remarks>
/// <threadsafety>Safe from any thread once filled.</threadsafety>
internal sealed class GlobTable<T>(NameMatching matching, OctetComparer comparer)
    where T : class
{
    private const byte Star = (byte)'*';

    private readonly Dictionary<byte[], T> _literals = new(comparer), _prefixes = new(comparer), _suffixes = new(comparer);
    private readonly SortedSet<int> _prefixLengthSet = [], _suffixLengthSet = [];
    private int[] _prefixLengths = [], _suffixLengths = [];
    private T? _any;

    /// <summary>Gets what is wrong with a pattern, or null.</summary>
    public static string? Check(ReadOnlySpan<byte> pattern) => pattern.Count(Star) switch
    {
        0 => pattern.IsEmpty ? "a part is empty" : null,
        1 when pattern[0] == Star || pattern[^1] == Star => null,
        _ => "a part has at most one *, at its start or its end: 'name', 'prefix*', '*suffix' or '*'",
    };

    /// <summary>Gets what is stored under a pattern that <see cref="Check"/> finds nothing wrong with, storing it first if need be.</summary>
    public T GetOrAdd(ReadOnlySpan<byte> pattern, Func<T> make)
    {
        if (pattern is [Star])
        {
            return _any ??= make();
        }

        Dictionary<byte[], T> table = pattern[0] == Star ? _suffixes : pattern[^1] == Star ? _prefixes : _literals;
        byte[] key = pattern.Trim(Star).ToArray();
        if (!table.TryGetValue(key, out T? value))
        {
            table.Add(key, value = make());
            if (pattern[0] == Star && _suffixLengthSet.Add(key.Length))
            {
                _suffixLengths = [.. _suffixLengthSet];
            }
            else if (pattern[^1] == Star && _prefixLengthSet.Add(key.Length))
            {
                _prefixLengths = [.. _prefixLengthSet];
            }
        }

        return value;
    }

    /// <summary>Moves to the next value whose pattern matches. Begin with <paramref name="at"/> 0.</summary>
    public bool MoveNext(ReadOnlySpan<byte> text, ref int at, out T value)
    {
        if (at == 0)
        {
            at++;
            if (_literals.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(text, out value!))
            {
                return true;
            }
        }

        bool fits = GlobText.StarCovers(text, matching);
        if (at == 1)
        {
            at++;
            if (fits && (value = _any!) is not null)
            {
                return true;
            }
        }

        while (fits && at - 2 < _prefixLengths.Length + _suffixLengths.Length)
        {
            int index = at++ - 2;
            bool isPrefix = index < _prefixLengths.Length;
            int length = isPrefix ? _prefixLengths[index] : _suffixLengths[index - _prefixLengths.Length];

            // The star stands for one octet at least.
            if (length < text.Length
                && (isPrefix ? _prefixes : _suffixes).GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(isPrefix ? text[..length] : text[^length..], out value!))
            {
                return true;
            }
        }

        value = null!;
        return false;
    }

    public bool Matches(ReadOnlySpan<byte> text)
    {
        int at = 0;
        return MoveNext(text, ref at, out _);
    }
}

/// <summary>Says which text a star may stand for.</summary>
internal static class GlobText
{
    // What separates the parts of a name, or could for another reader: / \ of paths, ? and # of URIs, % that hides any of them, @ and " of addresses.
    private static readonly SearchValues<byte> Separators = SearchValues.Create([.. "/\\?#%@\""u8, .. Controls()]);

    /// <summary>Tells whether stars may take part in matching <paramref name="text"/>.</summary>
    public static bool StarCovers(ReadOnlySpan<byte> text, NameMatching matching) =>
        matching == NameMatching.Deny ? !text.IsEmpty : text is not ([] or [(byte)'.'] or [(byte)'.', (byte)'.']) && !text.ContainsAny(Separators);

    private static byte[] Controls() => [.. Enumerable.Range(0, 0x21).Append(0x7F).Select(octet => (byte)octet)];
}
