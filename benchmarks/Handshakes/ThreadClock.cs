using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MutualTls.Handshakes;

/// <summary>Tells how long this thread has been on a processor, where the system says so: others on the machine then cost it less of its accuracy.</summary>
internal static partial class ThreadClock
{
    private const int ClockThreadCpuTime = 3;

    /// <summary>Gets the time in nanoseconds; only differences mean anything.</summary>
    public static long Now()
    {
        if (!OperatingSystem.IsLinux())
        {
            return (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));
        }

        return clock_gettime(ClockThreadCpuTime, out Time time) == 0 ? (time.Seconds * 1_000_000_000) + time.Nanoseconds : throw new InvalidOperationException("clock_gettime failed.");
    }

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
