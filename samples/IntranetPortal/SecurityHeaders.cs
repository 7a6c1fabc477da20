using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace IntranetPortal;

/// <summary>Pages of this site load nothing from elsewhere, run nothing, and are framed by nobody. Their one style sheet is in them, and known by its hash.</summary>
internal static class SecurityHeaders
{
    public static string Style { get; } = ReadStyle();

    private static readonly string s_policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static Task AddAsync(HttpContext context, RequestDelegate next)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = s_policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        return next(context);
    }

    private static string ReadStyle()
    {
        using StreamReader reader = new(Assembly.GetExecutingAssembly().GetManifestResourceStream("portal.css")!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
