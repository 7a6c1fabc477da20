using Microsoft.Extensions.Logging;
using MutualTls.Diagnostics;

namespace MutualTls.Revocation;

internal static partial class Log
{
    [LoggerMessage(EventIds.RevocationRefreshFailed, LogLevel.Error, "Refreshing the answer of {Place} failed; the one held stays for as long as it is valid.")]
    public static partial void RefreshFailed(ILogger logger, Exception exception, string place);

    [LoggerMessage(EventIds.RevocationHandlerFailed, LogLevel.Error, "A handler of RevocationService.Changed threw.")]
    public static partial void ChangedHandlerFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventIds.CrlFileUnusable, LogLevel.Error, "A CRL file cannot be used, and what was read before stays in use. {Problem}")]
    public static partial void CrlFileUnusable(ILogger logger, string problem);

    [LoggerMessage(EventIds.CrlFilesRead, LogLevel.Information, "The CRL files of a policy have changed; it now goes by {Count} CRLs.")]
    public static partial void CrlFilesRead(ILogger logger, int count);

    [LoggerMessage(EventIds.RevocationMemoryFull, LogLevel.Warning, "The memory of revocation data is full: what was fetched about {Count} authorities was forgotten, and is fetched again when it is needed.")]
    public static partial void RevocationMemoryFull(ILogger logger, int count);

    [LoggerMessage(EventIds.DangerousFetchingInUse, LogLevel.Warning, "Fetching revocation data is weakened by Dangerous.{Option}.")]
    public static partial void DangerousFetchingInUse(ILogger logger, string option);
}
