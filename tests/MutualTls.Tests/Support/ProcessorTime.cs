using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MutualTls.Tests.Support;

/// <summary>Measures what a call costs this thread, however busy the machine is: its processor time on Linux, else the time on the wall.</summary>
internal static class ProcessorTime
{
    private const int ThreadClock = 3;

    public static TimeSpan Of(Action act)
    {
        TimeSpan start = Now();
        act();
        return Now() - start;
    }

    private static TimeSpan Now() => OperatingSystem.IsLinux() && GetTime(ThreadClock, out Spec time) == 0
        ? new TimeSpan((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / TimeSpan.NanosecondsPerTick))
        : Stopwatch.GetElapsedTime(0);

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int GetTime(int clock, out Spec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Spec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
