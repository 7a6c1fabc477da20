using Microsoft.Extensions.Logging;
using MutualTls.Diagnostics;

namespace MutualTls.Connections;

internal static partial class Log
{
    [LoggerMessage(EventIds.PeerAccepted, LogLevel.Debug, "Policy '{Policy}' accepted {Role} {Peer}, SHA-256 {Fingerprint}.")]
    public static partial void PeerAccepted(ILogger logger, string policy, string role, string peer, string fingerprint);

    [LoggerMessage(EventIds.PeerRefused, LogLevel.Warning, "Policy '{Policy}' refused a {Role}: {Finding}. {Hint}")]
    public static partial void PeerRefused(ILogger logger, string policy, string role, string finding, string hint);

    [LoggerMessage(EventIds.HandshakeFailed, LogLevel.Information, "A TLS handshake failed: {Error}")]
    public static partial void HandshakeFailed(ILogger logger, string error);

    [LoggerMessage(EventIds.ResumptionSuspended, LogLevel.Warning,
        "TLS resumption is suspended for server certificate '{Subject}': a session without usable certificates was refused with {Code}.")]
    public static partial void ResumptionSuspended(ILogger logger, string subject, string code);

    [LoggerMessage(EventIds.AcceptFailed, LogLevel.Error, "Accepting a connection failed; the listener goes on.")]
    public static partial void AcceptFailed(ILogger logger, Exception exception);
}
