using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Sources;

namespace MutualTls.Tests.Sources;

/// <summary>Who follows files looks every five seconds by the clock given, and is not kept alive for it.</summary>
public sealed class FileWatchTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly FileWatch _watch;

    public FileWatchTests() => _watch = new FileWatch(_clock, NullLogger.Instance);

    public void Dispose() => _watch.Dispose();

    [Fact]
    public void Add_Twice_LooksOnceInFiveSeconds()
    {
        Counter counter = new();
        _watch.Add(counter, c => c.Looks++);
        _watch.Add(counter, c => c.Looks++);

        _clock.Advance(FileWatch.Interval - TimeSpan.FromTicks(1));
        Assert.Equal(0, counter.Looks);
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(1, counter.Looks);
        _clock.Advance(FileWatch.Interval);
        Assert.Equal(2, counter.Looks);

        // A clock that jumps is no reason to look many times.
        _clock.Advance(FileWatch.Interval * 100);
        Assert.Equal(3, counter.Looks);
    }

    [Fact]
    public void Look_OneThrows_TheOthersLookAndSoDoesItAgain()
    {
        Counter bad = new(), good = new();
        _watch.Add(bad, c =>
        {
            c.Looks++;
            throw new InvalidOperationException("bad");
        });
        _watch.Add(good, c => c.Looks++);

        _clock.Advance(FileWatch.Interval);
        _clock.Advance(FileWatch.Interval);

        Assert.Equal((2, 2), (bad.Looks, good.Looks));
    }

    [Fact]
    public void Look_AddsAnother_ItLooksTheNextTime()
    {
        Counter first = new(), second = new();
        _watch.Add(first, c =>
        {
            c.Looks++;
            _watch.Add(second, s => s.Looks++);
        });

        _clock.Advance(FileWatch.Interval);
        Assert.Equal((1, 0), (first.Looks, second.Looks));
        _clock.Advance(FileWatch.Interval);
        Assert.Equal((2, 1), (first.Looks, second.Looks));
    }

    [Fact]
    public void Add_NobodyUsesTheOwnerAnyMore_ItIsForgotten()
    {
        WeakReference owner = AddAndForget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _clock.Advance(FileWatch.Interval);

        Assert.False(owner.IsAlive);
        Assert.Equal(0, _watch.Count);

        // And the clock is not left with a timer: who comes next starts one anew.
        Counter counter = new();
        _watch.Add(counter, c => c.Looks++);
        _clock.Advance(FileWatch.Interval);
        Assert.Equal(1, counter.Looks);
    }

    [Fact]
    public void Dispose_NobodyLooksAnyMore()
    {
        Counter counter = new();
        _watch.Add(counter, c => c.Looks++);
        _watch.Dispose();
        _watch.Add(new Counter(), c => c.Looks++);
        _clock.Advance(FileWatch.Interval * 2);
        Assert.Equal((0, 0), (counter.Looks, _watch.Count));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference AddAndForget()
    {
        Counter counter = new();
        _watch.Add(counter, c => c.Looks++);
        return new WeakReference(counter);
    }

    private sealed class Counter
    {
        public int Looks { get; set; }
    }
}
