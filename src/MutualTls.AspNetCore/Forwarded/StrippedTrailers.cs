using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace MutualTls.AspNetCore.Forwarded;

/// <summary>Shows the trailers of a request without those that forward certificates. None is ever read as one.</summary>
/// <threadsafety>One request's.</threadsafety>
internal sealed class StrippedTrailers(IHttpRequestTrailersFeature received, string own) : IHttpRequestTrailersFeature
{
    private HeaderDictionary? _stripped;

    public bool Available => received.Available;

    // Those of the server come with the end of the body, and throw before.
    public IHeaderDictionary Trailers => _stripped ??= Strip(received.Trailers);

    private HeaderDictionary Strip(IHeaderDictionary trailers)
    {
        HeaderDictionary stripped = [];
        foreach ((string name, var values) in trailers)
        {
            stripped[name] = values;
        }

        ForwardedHeaders.Strip(stripped, own);
        return stripped;
    }
}
