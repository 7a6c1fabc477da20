using MutualTls.Pinning;

namespace MutualTls.Policies.Pins;

/// <summary>Makes sets of pins from a list and files; the files may change.</summary>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
internal sealed class PinFiles
{
    private readonly EntryFile<SpkiPin[]>[] _files;
    private readonly PinTargets _targets;
    private readonly DateTimeOffset? _expiresAt;
    private readonly PinBackup _backup;
    private readonly SpkiPin[] _listed;

    public PinFiles(PinOptions options, SpkiPin[] listed)
    {
        _listed = listed;
        _files = [.. options.PinFiles.Select((file, i) => new EntryFile<SpkiPin[]>(file, $"Pins:PinFiles:{i}", Parse))];
        (_targets, _expiresAt, _backup) = (options.Targets, options.ExpiresAt, options.Backup);
    }

    /// <summary>Reads pins, one an entry; blank ones and those that start with # are passed over.</summary>
    public static SpkiPin[] Parse(IEnumerable<string> entries, Action<int, string> onError, out int count)
    {
        List<SpkiPin> pins = [];
        int index = 0;
        foreach (string entry in entries)
        {
            if (!string.IsNullOrWhiteSpace(entry) && !entry.TrimStart().StartsWith('#'))
            {
                if (SpkiPin.TryParse(entry, out SpkiPin pin))
                {
                    pins.Add(pin);
                }
                else
                {
                    onError(index, $"'{entry}' is not a pin; write sha256/ and the base64 (44 characters) or hexadecimal (64 digits) of the SHA-256 of a SubjectPublicKeyInfo.");
                }
            }

            index++;
        }

        count = pins.Count;
        return [.. pins];
    }

    /// <summary>Reads all files for the first time.</summary>
    public void Load(List<string> errors)
    {
        foreach (EntryFile<SpkiPin[]> file in _files)
        {
            file.Look(errors);
        }
    }

    /// <summary>Gets what is wrong with all pins together; null if nothing is.</summary>
    public string? Check() => SpkiPinSet.CheckCount(All().Count, _backup) is { } wrong ? $"Pins:Pins: {wrong}." : null;

    /// <summary>Makes a set of all pins.</summary>
    public SpkiPinSet Make() => new(All(), _targets, _expiresAt, _backup);

    /// <summary>Reads what has changed, and makes a new set of it; null if nothing has, or it is of no use.</summary>
    public SpkiPinSet? Look(List<string> problems)
    {
        bool changed = false;
        foreach (EntryFile<SpkiPin[]> file in _files)
        {
            changed |= file.Look(problems);
        }

        if (!changed)
        {
            return null;
        }

        if (Check() is not { } wrong)
        {
            return Make();
        }

        problems.Add(wrong);
        return null;
    }

    private HashSet<SpkiPin> All() => [.. _listed, .. _files.SelectMany(file => file.Entries ?? [])];
}
