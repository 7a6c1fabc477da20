using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace MutualTls.Handshakes;

/// <summary>Keeps processes on cores of their own, so that one that is measured does not share with one that measures it.</summary>
internal static partial class Cores
{
    /// <summary>Keeps all threads of a process, and those that they start, on some cores. The affinity of a process is on Linux that of its first thread alone.</summary>
    /// <param name="process">The process.</param>
    /// <param name="mask">A bit for each core.</param>
    public static void Keep(Process process, nint mask)
    {
        if (OperatingSystem.IsWindows())
        {
            process.ProcessorAffinity = mask;
            return;
        }

        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // Once more for those that were started meanwhile by one that was free.
        for (int i = 0; i < 2; i++)
        {
            foreach (string thread in Directory.EnumerateDirectories($"/proc/{process.Id}/task"))
            {
                // One that has just ended does not matter.
                _ = sched_setaffinity(int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture), nint.Size, mask);
            }
        }
    }

    [LibraryImport("libc")]
    private static partial int sched_setaffinity(int thread, nint size, in nint mask);
}
