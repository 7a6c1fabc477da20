using System.Net;
using System.Security.Cryptography;
using MutualTls.Findings;

namespace MutualTls.AspNetCore.Refusals;

/// <summary>Writes the page that a person sees whose certificate was refused: what happened, what to do, and the reason's code and hint for whoever helps. Nothing of the request or of the certificate is in it.</summary>
internal static class RefusalPage
{
    private const string Style = """
        :root{color-scheme:light dark;--page:#f3f5f8;--card:#fff;--line:#dde3ea;--text:#17212d;--soft:#526071;--bad:#b3261e;--link:#0b57a4}
        @media(prefers-color-scheme:dark){:root{--page:#0d1319;--card:#151d26;--line:#2a3542;--text:#e7edf3;--soft:#a3b1c0;--bad:#ff9d94;--link:#8ec3ff}}
        *{box-sizing:border-box}
        body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;background:var(--page);color:var(--text);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
        main{width:100%;max-width:36rem;background:var(--card);border:1px solid var(--line);border-top:4px solid var(--bad);border-radius:1rem;padding:clamp(1.25rem,5vw,2.5rem);overflow-wrap:anywhere}
        svg{width:2.75rem;display:block;margin-bottom:1.25rem}
        .plate{fill:var(--bad)}
        .cross{fill:none;stroke:var(--card);stroke-width:4;stroke-linecap:round}
        h1{font-size:clamp(1.5rem,1.2rem + 2vw,2rem);line-height:1.2;letter-spacing:-.02em;margin:0 0 .75rem}
        p{margin:0 0 1rem}
        a{display:inline-block;color:var(--text);font-weight:600;text-decoration:none;border:1px solid var(--line);border-radius:.6rem;padding:.6rem 1.1rem}
        a:hover{border-color:currentColor}
        a:focus-visible{outline:3px solid var(--link);outline-offset:2px}
        dl{margin:1.5rem 0 0;padding-top:1.25rem;border-top:1px solid var(--line);color:var(--soft);font-size:.875rem}
        dt{font-weight:600}
        dd{margin:0 0 .75rem}
        dd:last-child{margin:0}
        code{font:.95em ui-monospace,"Cascadia Code","SF Mono",Menlo,Consolas,monospace;color:var(--text)}
        """;

    /// <summary>Gets what the page may do: have its style, which is known by its hash, and no icon from elsewhere.</summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Style)))}'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    public static string Write(Finding? finding)
    {
        (string title, string meaning, string advice) = RefusalWords.Of(finding);
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{WebUtility.HtmlEncode(title)}</title>
            <link rel="icon" href="data:,">
            <style>{Style}</style>
            </head>
            <body>
            <main>
            <svg viewBox="6 3 36 42" aria-hidden="true"><path class="plate" d="M24 3 6 10v12c0 11 7.6 19.6 18 23 10.4-3.4 18-12 18-23V10z"/><path class="cross" d="m17.5 17.5 13 13m0-13-13 13"/></svg>
            <h1>{WebUtility.HtmlEncode(title)}</h1>
            <p>{WebUtility.HtmlEncode(meaning)}</p>
            <p>{WebUtility.HtmlEncode(advice)}</p>
            <a href="">Try again</a>
            <dl>
            <dt>For whoever helps you</dt><dd>{WebUtility.HtmlEncode(finding?.Hint ?? RefusalProblem.NoHint)}</dd>
            <dt>Code</dt><dd><code>{WebUtility.HtmlEncode(finding?.Code ?? "403")}</code></dd>
            </dl>
            </main>
            </body>
            </html>

            """;
    }
}
