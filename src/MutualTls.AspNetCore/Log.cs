using Microsoft.Extensions.Logging;
using MutualTls.Diagnostics;

namespace MutualTls.AspNetCore;

internal static partial class Log
{
    [LoggerMessage(EventIds.ConnectionUngated, LogLevel.Error,
        "A connection to {EndPoint} was aborted: its TLS was not set up by UseMutualTls. Take away the UseHttps of this endpoint, or what sets ITlsConnectionFeature before it.")]
    public static partial void ConnectionUngated(ILogger logger, string endPoint);

    [LoggerMessage(EventIds.ServerNameRefused, LogLevel.Information, "A connection to {EndPoint} was refused: the server name '{ServerName}' has no policy, and the endpoint no default.")]
    public static partial void ServerNameRefused(ILogger logger, string endPoint, string serverName);

    [LoggerMessage(EventIds.GateTimedOut, LogLevel.Warning, "A connection to {EndPoint} was closed: policy '{Policy}' reached no verdict within {Seconds} s.")]
    public static partial void GateTimedOut(ILogger logger, string endPoint, string policy, double seconds);

    [LoggerMessage(EventIds.RefusalAnswered, LogLevel.Debug, "A refused client was answered 403 with {Code}.")]
    public static partial void RefusalAnswered(ILogger logger, string code);

    [LoggerMessage(EventIds.RequestMisdirected, LogLevel.Information, "A request was answered 421: its host does not belong to policy '{Policy}', which its connection was judged by.")]
    public static partial void RequestMisdirected(ILogger logger, string policy);

    [LoggerMessage(EventIds.ForwardedMalformed, LogLevel.Warning, "A request by a trusted hop was answered 400: its header {Header} is malformed.")]
    public static partial void ForwardedMalformed(ILogger logger, string header);

    [LoggerMessage(EventIds.ForwardedStripped, LogLevel.Debug, "Headers that forward a certificate were taken away: who sent them is no trusted hop.")]
    public static partial void ForwardedStripped(ILogger logger);

    [LoggerMessage(EventIds.RequestTooLate, LogLevel.Debug, "A request was not taken on: policy '{Policy}' would no longer let the client in, and its connection is being closed.")]
    public static partial void RequestTooLate(ILogger logger, string policy);

    [LoggerMessage(EventIds.RequestUngated, LogLevel.Error,
        "A request was refused: it came by an endpoint without mutual TLS, and UseMutualTls was called for all endpoints. Call ConfigureEndpointDefaults, if at all, before it.")]
    public static partial void RequestUngated(ILogger logger);
}
