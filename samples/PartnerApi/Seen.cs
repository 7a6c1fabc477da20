using Microsoft.Extensions.Logging;

namespace PartnerApi;

/// <summary>Prints what one end logs of certificates, as it would stand in its log.</summary>
internal sealed class Seen(string end, LogLevel least = LogLevel.Debug) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => categoryName.StartsWith("MutualTls", StringComparison.Ordinal) ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Console.WriteLine($"  {end} logs: {formatter(state, exception)}");
        }
    }

    public void Dispose()
    {
    }
}
