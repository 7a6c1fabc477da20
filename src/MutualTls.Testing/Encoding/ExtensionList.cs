using System.Formats.Asn1;

namespace MutualTls.Testing.Encoding;

/// <summary>The extensions of one certificate, CRL or CRL entry, in the order they were first set.</summary>
internal sealed class ExtensionList
{
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<string, bool> _criticality = [];
    private readonly List<string> _duplicated = [];

    public bool IsEmpty => _entries.Count == 0;

    public void Set(string oid, bool critical, byte[] value) => Set(oid, () => critical, () => value);

    /// <summary>Sets an extension that is only worked out when it is written, since it depends on what may still change.</summary>
    public void Set(string oid, Func<bool> critical, Func<byte[]> value)
    {
        var entry = new Entry(oid, critical, value);
        int index = _entries.FindIndex(e => e.Oid == oid);
        if (index < 0)
        {
            _entries.Add(entry);
        }
        else
        {
            _entries[index] = entry;
        }
    }

    public void Remove(string oid) => _entries.RemoveAll(e => e.Oid == oid);

    public void Clear() => _entries.Clear();

    public void Duplicate(string oid) => _duplicated.Add(oid);

    public void SetCriticality(string oid, bool critical) => _criticality[oid] = critical;

    /// <summary>Writes Extensions (RFC 5280 4.1): a sequence of identifier, criticality and value.</summary>
    /// <exception cref="InvalidOperationException">A defect names an extension that is not there; a test of it would test nothing.</exception>
    public void Write(AsnWriter writer)
    {
        string? missing = _criticality.Keys.Concat(_duplicated).FirstOrDefault(oid => !_entries.Exists(e => e.Oid == oid));
        if (missing is not null)
        {
            throw new InvalidOperationException($"There is no extension {missing} to duplicate or to change the criticality of.");
        }

        using (writer.PushSequence())
        {
            IEnumerable<Entry> duplicates = _duplicated.Select(oid => _entries.Find(e => e.Oid == oid)!);
            foreach (Entry entry in _entries.Concat(duplicates))
            {
                WriteEntry(writer, entry);
            }
        }
    }

    private void WriteEntry(AsnWriter writer, Entry entry)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(entry.Oid);
            if (_criticality.TryGetValue(entry.Oid, out bool critical) ? critical : entry.Critical())
            {
                writer.WriteBoolean(true); // DER leaves out the default, FALSE.
            }

            writer.WriteOctetString(entry.Value());
        }
    }

    private sealed record Entry(string Oid, Func<bool> Critical, Func<byte[]> Value);
}
