using Microsoft.Extensions.Logging;
using MutualTls.Diagnostics;

namespace MutualTls.Policies;

internal static partial class Log
{
    [LoggerMessage(EventIds.EngineFailed, LogLevel.Error, "Judging a peer by policy '{Policy}' failed; the peer is refused. Please report this.")]
    public static partial void EngineFailed(ILogger logger, Exception exception, string policy);

    [LoggerMessage(EventIds.ValidatorFailed, LogLevel.Error, "Validator '{Validator}' of policy '{Policy}' threw an exception; the peer is refused.")]
    public static partial void ValidatorFailed(ILogger logger, Exception exception, string validator, string policy);

    [LoggerMessage(EventIds.CrlUnusable, LogLevel.Error, "Policy '{Policy}' goes on without a CRL, since it is soft-fail: {Problem}")]
    public static partial void CrlUnusable(ILogger logger, string policy, string problem);

    [LoggerMessage(EventIds.PinsReloaded, LogLevel.Information, "The pins of policy '{Policy}' have changed; there are {Count} now.")]
    public static partial void PinsReloaded(ILogger logger, string policy, int count);

    [LoggerMessage(EventIds.DenyListReloaded, LogLevel.Information, "The deny-list of policy '{Policy}' has changed; it has {Count} entries now.")]
    public static partial void DenyListReloaded(ILogger logger, string policy, int count);

    [LoggerMessage(EventIds.EntryFileUnusable, LogLevel.Error, "A file of policy '{Policy}' has changed and cannot be used; what was read before stays in use. {Problem}")]
    public static partial void EntryFileUnusable(ILogger logger, string policy, string problem);

    [LoggerMessage(EventIds.DangerousOptionInUse, LogLevel.Warning, "Policy '{Policy}' is weakened by Dangerous.{Option}.")]
    public static partial void DangerousOptionInUse(ILogger logger, string policy, string option);
}
