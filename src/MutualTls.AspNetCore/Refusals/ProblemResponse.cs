using Microsoft.AspNetCore.Http;
using MutualTls.Policies;

namespace MutualTls.AspNetCore.Refusals;

/// <summary>Answers a request of HTTP with problem details, where a request is refused and not a connection.</summary>
internal static class ProblemResponse
{
    public static Task WriteAsync(HttpContext context, int status, string title, string detail) =>
        WriteAsync(context, status, RefusalProblem.ContentType, RefusalProblem.Write(status, title, detail));

    /// <summary>Answers 403 with the reason: a page where a person's browser goes to one.</summary>
    public static Task ForbidAsync(HttpContext context, PeerVerdict verdict)
    {
        RefusalBody body = PageWish.IsIn(System.Text.Encoding.ASCII.GetBytes(context.Request.Headers.Accept.ToString())) ? RefusalBody.Page(verdict.Primary) : RefusalBody.Problem(verdict.Primary);
        context.Response.Headers.CacheControl = "no-store";
        foreach ((string name, string value) in body.Headers)
        {
            context.Response.Headers[name] = value;
        }

        return WriteAsync(context, StatusCodes.Status403Forbidden, body.ContentType, body.Content);
    }

    private static Task WriteAsync(HttpContext context, int status, string contentType, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, 0, body.Length, context.RequestAborted);
    }
}
