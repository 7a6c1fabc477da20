using MutualTls.Certificates;
using MutualTls.Encoding;
using MutualTls.Findings;
using MutualTls.Identities;

namespace MutualTls.Policies.Fitness;

/// <summary>One extension that an end-entity must have, and what it must say.</summary>
internal sealed class ExtensionDemand
{
    private readonly byte[] _oid;
    private readonly byte[]? _value;
    private readonly GlobTable<object>? _text;
    private readonly string _pattern;

    private ExtensionDemand(string pattern, byte[] oid, byte[]? value, GlobTable<object>? text)
    {
        _pattern = pattern;
        _oid = oid;
        _value = value;
        _text = text;
    }

    /// <summary>Reads a demand; null: <paramref name="wrong"/> says why.</summary>
    public static ExtensionDemand? TryParse(string pattern, out string? wrong)
    {
        wrong = null;
        int equals = pattern.IndexOf('=', StringComparison.Ordinal);
        string dotted = equals < 0 ? pattern : pattern[..equals], value = equals < 0 ? "" : pattern[(equals + 1)..];
        if (!PolicyOids.IsDotted(dotted))
        {
            wrong = "an extension is a dotted object identifier, alone or with =value or =#hexadecimal";
            return null;
        }

        byte[] oid = Convert.FromHexString(PolicyOids.FromDotted(dotted));
        if (equals < 0)
        {
            return new ExtensionDemand(pattern, oid, value: null, text: null);
        }

        if (value.StartsWith('#'))
        {
            wrong = value.Length % 2 == 1 && value.Length > 1 && value.Skip(1).All(char.IsAsciiHexDigit) ? null : "what follows # is not hexadecimal";
            return wrong is null ? new ExtensionDemand(pattern, oid, Convert.FromHexString(value.AsSpan(1)), text: null) : null;
        }

        byte[] text = System.Text.Encoding.UTF8.GetBytes(value);
        wrong = GlobTable<object>.Check(text);
        if (wrong is not null)
        {
            return null;
        }

        GlobTable<object> table = new(NameMatching.Grant, OctetComparer.Exact);
        table.GetOrAdd(text, () => pattern);
        return new ExtensionDemand(pattern, oid, value: null, table);
    }

    public void Check(ref Judgement judgement)
    {
        if (!judgement.EndEntity.TryFindExtension(_oid, out ReadOnlySpan<byte> value))
        {
            judgement.Add(ValidationReason.ExtensionMissing, 0, _pattern);
        }
        else if ((_value is not null && !value.SequenceEqual(_value)) || (_text is not null && !IsText(value)))
        {
            judgement.Add(ValidationReason.ExtensionValueNotAllowed, 0, $"wanted {_pattern}, stated #{Convert.ToHexString(value[..Math.Min(value.Length, 100)])}");
        }
    }

    private bool IsText(ReadOnlySpan<byte> value)
    {
        DerReader reader = new(value);
        return reader.TryReadAny(out byte tag, out DerRange content, out _) && reader.IsEmpty
            && tag is DerTag.Utf8String or DerTag.Ia5String or DerTag.PrintableString && _text!.Matches(reader.Bytes(content));
    }
}
