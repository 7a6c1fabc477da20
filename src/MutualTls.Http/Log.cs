using Microsoft.Extensions.Logging;
using MutualTls.Diagnostics;

namespace MutualTls.Http;

internal static partial class Log
{
    [LoggerMessage(EventIds.ConnectionsRenewed, LogLevel.Information, "Requests under policy '{Policy}' go over new connections: the credential or the policy changed, or a verdict ended.")]
    public static partial void ConnectionsRenewed(ILogger logger, string policy);
}
