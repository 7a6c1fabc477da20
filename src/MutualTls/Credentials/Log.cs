using Microsoft.Extensions.Logging;
using MutualTls.Diagnostics;

namespace MutualTls.Credentials;

internal static partial class Log
{
    [LoggerMessage(EventIds.CredentialReloaded, LogLevel.Information, "{Credential} was loaded again: {Certificate}. New connections present it.")]
    public static partial void CredentialReloaded(ILogger logger, string credential, string certificate);

    [LoggerMessage(EventIds.CredentialReloadFailed, LogLevel.Error, "{Credential} could not be loaded again; {Certificate} stays in use. {Errors}")]
    public static partial void CredentialReloadFailed(ILogger logger, string credential, string certificate, string errors);

    [LoggerMessage(EventIds.CredentialHandlerFailed, LogLevel.Error, "A handler of {Credential} threw.")]
    public static partial void CredentialHandlerFailed(ILogger logger, Exception exception, string credential);
}
