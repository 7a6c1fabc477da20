using Microsoft.Extensions.Logging;
using MutualTls.Diagnostics;

namespace MutualTls.Sources;

internal static partial class Log
{
    [LoggerMessage(EventIds.FileWatchFailed, LogLevel.Error, "Looking at files failed; what was read from them before stays in use. Please report this.")]
    public static partial void FileWatchFailed(ILogger logger, Exception exception);
}
