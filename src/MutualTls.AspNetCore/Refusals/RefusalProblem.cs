using System.Text.Json;
using MutualTls.Findings;

namespace MutualTls.AspNetCore.Refusals;

/// <summary>Writes problem details (RFC 9457) for people and programs at the other end: the code of a reason and its hint, never a detail of what was compared.</summary>
internal static class RefusalProblem
{
    public const string ContentType = "application/problem+json";

    /// <summary>What is said where no finding has a hint.</summary>
    public const string NoHint = "The client certificate was refused.";

    public static byte[] Write(int status, string title, string detail, string? code = null)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteString("type", "about:blank");
            json.WriteString("title", title);
            json.WriteNumber("status", status);
            json.WriteString("detail", detail);
            if (code is not null)
            {
                json.WriteString("code", code);
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    public static byte[] Forbidden(Finding? finding) =>
        Write(403, "Forbidden", finding?.Hint ?? NoHint, finding?.Code);
}
