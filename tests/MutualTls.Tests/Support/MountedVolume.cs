using System.Runtime.InteropServices;

namespace MutualTls.Tests.Support;

/// <summary>A folder as Kubernetes mounts a volume: each file is a link through <c>..data</c>, which is turned to another folder in one step, the old one then removed.</summary>
internal sealed class MountedVolume(string folder)
{
    private int _version;

    /// <summary>Puts other files in the place of those that are there.</summary>
    public void Update(params (string Name, byte[] Content)[] files)
    {
        string version = $"..2026_{++_version}", data = Path.Combine(folder, "..data"), next = Path.Combine(folder, "..data_tmp");
        string? old = new FileInfo(data).LinkTarget;
        Directory.CreateDirectory(Path.Combine(folder, version));
        foreach ((string name, byte[] content) in files)
        {
            File.WriteAllBytes(Path.Combine(folder, version, name), content);
        }

        // .NET does not move a link over another one.
        File.CreateSymbolicLink(next, version);
        Assert.Equal(0, Rename(next, data));
        foreach ((string name, _) in files)
        {
            if (new FileInfo(Path.Combine(folder, name)).LinkTarget is null)
            {
                File.CreateSymbolicLink(Path.Combine(folder, name), Path.Combine("..data", name));
            }
        }

        if (old is not null)
        {
            Directory.Delete(Path.Combine(folder, old), recursive: true);
        }
    }

    [DllImport("libc", EntryPoint = "rename")]
    private static extern int Rename([MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);
}
