using Microsoft.Extensions.Logging;
using MutualTls.Diagnostics;

namespace MutualTls.Revocation.Stores;

internal static partial class Log
{
    [LoggerMessage(EventIds.StoreReadFailed, LogLevel.Warning, "Reading '{Key}' from the revocation store '{Store}' failed; its source is asked instead.")]
    public static partial void StoreReadFailed(ILogger logger, Exception exception, string key, string store);

    [LoggerMessage(EventIds.StoreWriteFailed, LogLevel.Warning, "Changing the revocation store '{Store}' failed; it may lack an answer.")]
    public static partial void StoreWriteFailed(ILogger logger, Exception exception, string store);

    [LoggerMessage(EventIds.StoredAnswerUnusable, LogLevel.Warning, "'{Key}' in the revocation store '{Store}' cannot be used and is passed over: {Problem}.")]
    public static partial void StoredAnswerUnusable(ILogger logger, string key, string store, string problem);

    [LoggerMessage(EventIds.StoreRests, LogLevel.Warning, "The revocation store '{Store}' fails; it is not asked for {Rest}.")]
    public static partial void StoreRests(ILogger logger, Exception exception, string store, TimeSpan rest);
}
