using MutualTls.Findings;

namespace MutualTls.AspNetCore.Refusals;

/// <summary>What a refused client is answered: problem details for programs, or a page for a person.</summary>
/// <param name="ContentType">The media type.</param>
/// <param name="Content">The octets.</param>
/// <param name="Headers">What else stands in the head of the answer, names in lower case.</param>
internal sealed record RefusalBody(string ContentType, byte[] Content, params IReadOnlyList<(string Name, string Value)> Headers)
{
    private static readonly (string Name, string Value) s_nosniff = ("x-content-type-options", "nosniff");

    public static RefusalBody Problem(Finding? finding) => new(RefusalProblem.ContentType, RefusalProblem.Forbidden(finding), s_nosniff);

    /// <summary>Makes the page. It loads nothing, runs nothing, sends nothing on, and is framed by nobody.</summary>
    public static RefusalBody Page(Finding? finding) => new(
        "text/html; charset=utf-8", System.Text.Encoding.UTF8.GetBytes(RefusalPage.Write(finding)), s_nosniff, ("content-security-policy", RefusalPage.ContentSecurityPolicy), ("referrer-policy", "no-referrer"));
}
