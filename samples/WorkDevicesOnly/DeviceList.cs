using MutualTls.Identities;
using MutualTls.Sources;

namespace WorkDevicesOnly;

// <snippet device-list>
/// <summary>Keeps the devices of a file, one serial number a line; a file that cannot be read leaves the list as it was.</summary>
internal sealed class DeviceList(string file)
{
    public SnapshotSource<SanMatcher> Names { get; } = new(Read(file));

    /// <summary>Reads the file again. Null: it was read; else why it was not.</summary>
    public string? Reload()
    {
        try
        {
            Names.Change(_ => Read(file));
            return null;
        }
        catch (Exception exception) when (exception is ArgumentException or IOException)
        {
            return exception.Message;
        }
    }

    private static SanMatcher Read(string file) => SanMatcher.AnyOf(File.ReadLines(file).Select(serial => $"subject:SERIALNUMBER={serial}"));
}
// </snippet>
