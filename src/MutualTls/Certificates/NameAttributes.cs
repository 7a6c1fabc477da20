using MutualTls.Encoding;

namespace MutualTls.Certificates;

/// <summary>Walks the attributes of a well-formed distinguished name, those of a relative name with several included.</summary>
internal ref struct NameAttributes
{
    private readonly ReadOnlySpan<byte> _name;
    private DerReader _names;
    private DerReader _set;

    public NameAttributes(ReadOnlySpan<byte> name)
    {
        _name = name;
        new DerReader(name).TryOpen(DerTag.Sequence, out _names);
    }

    /// <summary>Gets the content octets of the current attribute's type.</summary>
    public ReadOnlySpan<byte> Oid { get; private set; }

    /// <summary>Gets the tag of the current attribute's value.</summary>
    public byte Tag { get; private set; }

    /// <summary>Gets the content octets of the current attribute's value.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    public bool MoveNext()
    {
        do
        {
            if (_set.TryOpen(DerTag.Sequence, out DerReader attribute) && attribute.TryRead(DerTag.ObjectIdentifier, out DerRange oid)
                && attribute.TryReadAny(out byte tag, out DerRange value, out _))
            {
                Oid = oid.Of(_name);
                Tag = tag;
                Value = value.Of(_name);
                return true;
            }
        }
        while (_names.TryOpen(DerTag.Set, out _set));
        return false;
    }
}
