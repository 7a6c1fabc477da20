using Microsoft.Extensions.Logging;
using MutualTls.Diagnostics;

namespace MutualTls.Revocation.Fetching;

internal static partial class Log
{
    [LoggerMessage(EventIds.FetchFailed, LogLevel.Warning, "Fetching revocation data from {Url} failed ({Outcome}: {Detail}); not tried again before {RetryAt}.")]
    public static partial void FetchFailed(ILogger logger, string url, FetchOutcome outcome, string? detail, DateTimeOffset? retryAt);

    [LoggerMessage(EventIds.FetchAnswerRejected, LogLevel.Error, "Reading revocation data from {Url} threw an exception; it is not used. Please report this.")]
    public static partial void FetchAnswerRejected(ILogger logger, Exception exception, string url);

    [LoggerMessage(EventIds.FetchHostSuspended, LogLevel.Warning, "{Host} failed too often and gets no request for revocation data for {Duration}.")]
    public static partial void FetchHostSuspended(ILogger logger, string host, TimeSpan duration);

    [LoggerMessage(EventIds.FetchHostResumed, LogLevel.Information, "{Host} answers requests for revocation data again.")]
    public static partial void FetchHostResumed(ILogger logger, string host);
}
