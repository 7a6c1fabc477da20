using Microsoft.Extensions.Logging;
using MutualTls.Diagnostics;
using MutualTls.Findings;
using MutualTls.Policies;

namespace MutualTls.Connections;

internal static partial class Log
{
    // Enough to find a certificate by, with its fingerprint.
    private const int MaxName = 256;

    [LoggerMessage(EventIds.PeerAccepted, LogLevel.Debug, "Policy '{Policy}' accepted {Role} {Peer}, SHA-256 {Fingerprint}.")]
    public static partial void PeerAccepted(ILogger logger, string policy, string role, string peer, string fingerprint);

    [LoggerMessage(EventIds.PeerRefused, LogLevel.Warning, "Policy '{Policy}' refused {Role} {Peer}, SHA-256 {Fingerprint}: {Finding}. {Hint}")]
    private static partial void PeerRefused(ILogger logger, string policy, string role, string peer, string fingerprint, string finding, string hint);

    [LoggerMessage(EventIds.PeerAudited, LogLevel.Warning, "Policy '{Policy}' would have refused {Role} {Peer}, SHA-256 {Fingerprint}, but audits only: {Finding}. {Hint}")]
    private static partial void PeerAudited(ILogger logger, string policy, string role, string peer, string fingerprint, string finding, string hint);

    [LoggerMessage(EventIds.PolicyReloaded, LogLevel.Information, "Policy '{Policy}' was reloaded.")]
    public static partial void PolicyReloaded(ILogger logger, string policy);

    [LoggerMessage(EventIds.PolicyReloadFailed, LogLevel.Error, "Policy '{Policy}' could not be reloaded; the last good one stays. {Errors}")]
    public static partial void PolicyReloadFailed(ILogger logger, string policy, string errors);

    [LoggerMessage(EventIds.ReloadHandlerFailed, LogLevel.Error, "A handler that was told that {What} could not be reloaded threw.")]
    public static partial void ReloadHandlerFailed(ILogger logger, Exception exception, string what);

    [LoggerMessage(EventIds.HandshakeFailed, LogLevel.Information, "A TLS handshake failed: {Error}")]
    public static partial void HandshakeFailed(ILogger logger, string error);

    [LoggerMessage(EventIds.ResumptionSuspended, LogLevel.Information,
        "{Client} gets no TLS resumption for server certificate '{Subject}' for two hours: it was refused with {Code}, which a session that brings no usable certificates leads to.")]
    public static partial void ResumptionSuspended(ILogger logger, string client, string subject, string code);

    [LoggerMessage(EventIds.StaplePresented, LogLevel.Information, "Credential '{Credential}' presents an OCSP answer, good until {Until}.")]
    public static partial void StaplePresented(ILogger logger, string credential, DateTimeOffset until);

    [LoggerMessage(EventIds.StapleMissing, LogLevel.Warning, "There is no new OCSP answer for credential '{Credential}' to present, and {Meanwhile}: {Problem}.")]
    public static partial void StapleMissing(ILogger logger, string credential, string meanwhile, string problem);

    [LoggerMessage(EventIds.CredentialRevoked, LogLevel.Error, "Credential '{Credential}' is revoked, and peers that ask refuse it: {Answer}.")]
    public static partial void CredentialRevoked(ILogger logger, string credential, string answer);

    [LoggerMessage(EventIds.VerdictLost, LogLevel.Warning, "Policy '{Policy}' would no longer let in a {Role} that is connected, {Peer}: {Finding}. The connection is {Becomes}.")]
    public static partial void VerdictLost(ILogger logger, string policy, string role, string peer, string finding, string becomes);

    [LoggerMessage(EventIds.ConnectionAborted, LogLevel.Information, "A connection that policy '{Policy}' would no longer let a {Role} have was not closed in time, and is cut off.")]
    public static partial void ConnectionAborted(ILogger logger, string policy, string role);

    [LoggerMessage(EventIds.LiveHandlerFailed, LogLevel.Error, "A handler of ConnectionRegistry.VerdictLost threw.")]
    public static partial void LiveHandlerFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventIds.LiveCloseFailed, LogLevel.Error, "Closing a connection threw. If it was not code of the application that is told of the closing, please report this.")]
    public static partial void LiveCloseFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventIds.AcceptFailed, LogLevel.Error, "Accepting a connection failed; the listener goes on.")]
    public static partial void AcceptFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventIds.PinsReported, LogLevel.Warning, "Policy '{Policy}' accepted {Role} {Peer}, whom its pins would have refused if they did not only report: {Finding}.")]
    public static partial void PinsReported(ILogger logger, string policy, string role, string peer, string finding);

    /// <summary>Logs the final verdict on a peer.</summary>
    public static void Judged(ILogger logger, PeerVerdict verdict)
    {
        if (verdict.IsAccepted)
        {
            if (logger.IsEnabled(LogLevel.Debug))
            {
                PeerAccepted(logger, verdict.Policy.Name, verdict.Role.ToString(), NameOf(verdict), verdict.Identity?.Sha256Fingerprint ?? "-");
            }

            PinsOf(logger, verdict);
        }
        else
        {
            Refused(logger, verdict, verdict.IsEnforced);
        }
    }

    /// <summary>Logs that a peer was refused, or would have been.</summary>
    public static void Refused(ILogger logger, PeerVerdict verdict, bool isEnforced)
    {
        if (logger.IsEnabled(LogLevel.Warning))
        {
            Action<ILogger, string, string, string, string, string, string> tell = isEnforced ? PeerRefused : PeerAudited;
            tell(logger, verdict.Policy.Name, verdict.Role.ToString(), NameOf(verdict), verdict.EndEntity?.Sha256Fingerprint ?? "-", verdict.Primary?.ToString() ?? "", verdict.Primary?.Hint ?? "");
        }
    }

    /// <summary>Gets a name for a log line. Without a path nobody vouches for it: it is what the certificate says of itself.</summary>
    public static string NameOf(PeerVerdict verdict)
    {
        string name = verdict switch
        {
            { Identity: { } identity } => identity.ToString(),
            { EndEntity.Subject: { Length: > 0 } subject } => subject,
            { IsAccepted: true } => "anonymous",
            _ => "unknown",
        };

        // The peer, or its CA, chose it: it is neither to fill the log nor to write lines of its own.
        string shown = name.Length > MaxName ? name[..MaxName] + "..." : name;
        return shown.Any(char.IsControl) ? string.Concat(shown.Select(c => char.IsControl(c) ? '?' : c)) : shown;
    }

    private static void PinsOf(ILogger logger, PeerVerdict verdict)
    {
        foreach (Finding warning in verdict.Warnings)
        {
            if (warning.Reason is ValidationReason.PinMismatch or ValidationReason.PinsExpired)
            {
                PinsReported(logger, verdict.Policy.Name, verdict.Role.ToString(), NameOf(verdict), warning.ToString());
            }
        }
    }
}
