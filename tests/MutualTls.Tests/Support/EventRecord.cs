using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MutualTls.Tests.Support;

/// <summary>Remembers which events were logged, and what they said.</summary>
internal class EventRecord : ILogger
{
    private readonly ConcurrentQueue<(int Id, string Text)> _events = [];

    /// <summary>Gets or sets the event that a bad log cannot write; 0 is none.</summary>
    public int ThrowsAt { get; set; }

    public int CountOf(int id) => _events.Count(e => e.Id == id);

    public IReadOnlyList<string> TextsOf(int id) => [.. _events.Where(e => e.Id == id).Select(e => e.Text)];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _events.Enqueue((eventId.Id, formatter(state, exception)));
        if (eventId.Id == ThrowsAt)
        {
            throw new InvalidOperationException("bad log");
        }
    }

    public override string ToString() => string.Join('\n', _events);
}

/// <summary>The same for who takes the logger of one type.</summary>
internal sealed class EventRecord<T> : EventRecord, ILogger<T>;
