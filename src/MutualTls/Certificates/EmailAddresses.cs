using MutualTls.Encoding;

namespace MutualTls.Certificates;

/// <summary>Walks the emailAddress attributes of a well-formed distinguished name. RFC 2985 section 5.2.1; RFC 5280 section 4.1.2.6.</summary>
internal ref struct EmailAddresses
{
    private readonly ReadOnlySpan<byte> _name;
    private DerReader _names;
    private DerReader _set;

    public EmailAddresses(ReadOnlySpan<byte> name)
    {
        _name = name;
        new DerReader(name).TryOpen(DerTag.Sequence, out _names);
    }

    /// <summary>Gets where in the name the current address lies.</summary>
    public DerRange Current { get; private set; }

    public readonly EmailAddresses GetEnumerator() => this;

    public bool MoveNext()
    {
        do
        {
            while (_set.TryOpen(DerTag.Sequence, out DerReader attribute))
            {
                if (attribute.TryRead(DerTag.ObjectIdentifier, out DerRange oid) && oid.Of(_name).SequenceEqual(Oids.EmailAddress)
                    && attribute.TryReadAny(out _, out DerRange value, out _))
                {
                    Current = value;
                    return true;
                }
            }
        }
        while (_names.TryOpen(DerTag.Set, out _set));
        return false;
    }
}
