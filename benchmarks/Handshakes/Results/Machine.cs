using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MutualTls.Handshakes.Results;

/// <summary>Describes where something was measured, without naming the machine.</summary>
/// <param name="Processor">Vendor, family and model.</param>
/// <param name="Cores">How many processors the system sees.</param>
/// <param name="MemoryGiB">Main memory.</param>
/// <param name="System">The operating system.</param>
/// <param name="Runtime">The version of .NET.</param>
/// <param name="OpenSsl">The version of OpenSSL that .NET uses; null where it uses another.</param>
/// <param name="LoadBefore">How many processes wanted to run when the measurement began, on average over a minute: who else was there. Null where it cannot be told.</param>
internal sealed record Machine(string Processor, int Cores, int MemoryGiB, string System, string Runtime, string? OpenSsl, double? LoadBefore)
{
    public static Machine Describe() => new(
        OfProcessor() ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        (int)Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30)),
        OfSystem() ?? RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        OperatingSystem.IsLinux() ? VersionOf(SafeEvpPKeyHandle.OpenSslVersion) : null,
        OperatingSystem.IsLinux() ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture) : null);

    private static string? OfProcessor()
    {
        const string File = "/proc/cpuinfo";
        if (!global::System.IO.File.Exists(File))
        {
            return null;
        }

        Dictionary<string, string> lines = global::System.IO.File.ReadLines(File).TakeWhile(line => line.Length > 0)
            .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).Where(parts => parts.Length == 2).DistinctBy(parts => parts[0]).ToDictionary(parts => parts[0], parts => parts[1]);
        string[] known = [.. ((string[])["model name", "cpu family", "model"]).Select(name => lines.GetValueOrDefault(name) ?? "?")];
        return $"{known[0]}, family {known[1]}, model {known[2]}{(lines.GetValueOrDefault("flags")?.Contains("hypervisor", StringComparison.Ordinal) == true ? ", virtual" : "")}";
    }

    private static string? OfSystem() => File.Exists("/etc/os-release")
        ? File.ReadLines("/etc/os-release").FirstOrDefault(line => line.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))?["PRETTY_NAME=".Length..].Trim('"')
        : null;

    // 0xMNN00PP0L, OpenSSL 3's way of writing it.
    private static string VersionOf(long number) => string.Create(CultureInfo.InvariantCulture, $"{number >> 28}.{(number >> 20) & 0xFF}.{(number >> 4) & 0xFF}");
}
