using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using MutualTls.Connections;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Regressions;

/// <summary>What the code of the application, or its numbers, may do to a listener.</summary>
public class ListenerRegressions
{
    [Fact]
    public async Task Accept_OnRefusedThrows_IsLogged()
    {
        TestPki pki = new();
        Lines log = new();
        await using MutualTlsListener listener = Pair.Listen(new MutualTlsServerOptions
        {
            Credential = Pair.Credential(pki.Server),
            Policy = Pair.Trusting(pki.Root),
            Logger = log,
            OnRefused = _ => throw new InvalidOperationException("by the application"),
        });
        await using (Stream garbage = await Pair.ConnectTcpAsync(listener.LocalEndPoint))
        {
            await garbage.WriteAsync(new byte[100], Pair.Stop);
        }

        Assert.Equal("by the application", (await log.Failed.Task.WaitAsync(TimeSpan.FromMinutes(1), Pair.Stop)).Message);
    }

    // Timeout.Infinite is -1 ms: with it silent clients would hold every place for good.
    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(-1000)]
    [InlineData(86_400_001)]
    public void Options_HandshakeTimeoutOutOfRange_AreRefused(int milliseconds)
    {
        TestPki pki = new();
        Assert.Throws<ArgumentOutOfRangeException>(() => new MutualTlsServerOptions
        {
            Credential = Pair.Credential(pki.Server),
            Policy = Pair.Trusting(pki.Root),
            HandshakeTimeout = TimeSpan.FromMilliseconds(milliseconds),
        });
    }

    private sealed class Lines : ILogger
    {
        public TaskCompletionSource<Exception> Failed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (exception is not null)
            {
                Failed.TrySetResult(exception);
            }
        }
    }
}
