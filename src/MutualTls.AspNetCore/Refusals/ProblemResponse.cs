using Microsoft.AspNetCore.Http;
using MutualTls.Policies;

namespace MutualTls.AspNetCore.Refusals;

/// <summary>Answers a request of HTTP with problem details, where a request is refused and not a connection.</summary>
internal static class ProblemResponse
{
    public static Task WriteAsync(HttpContext context, int status, string title, string detail) =>
        WriteAsync(context, status, RefusalProblem.Write(status, title, detail));

    public static Task ForbidAsync(HttpContext context, PeerVerdict verdict) =>
        WriteAsync(context, StatusCodes.Status403Forbidden, RefusalProblem.Forbidden(verdict.Primary));

    private static Task WriteAsync(HttpContext context, int status, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = RefusalProblem.ContentType;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, 0, body.Length, context.RequestAborted);
    }
}
