using System.Net;

namespace MutualTls.Http;

/// <summary>Follows redirects where another host may mean another credential, so that SocketsHttpHandler cannot follow them itself.</summary>
internal static class Redirection
{
    /// <summary>Turns a request into the next one, if the response is a redirect that may be followed. RFC 9110 section 15.4.</summary>
    /// <returns>Whether there is a next one; the response is disposed then.</returns>
    public static bool TryFollow(HttpRequestMessage request, HttpResponseMessage response)
    {
        if (response.StatusCode is not (HttpStatusCode.MultipleChoices or HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect) || response.Headers.Location is not { } location)
        {
            return false;
        }

        Uri from = request.RequestUri!;

        // What is no URI leads nowhere: the answer is the caller's, as it came.
        if (!Uri.TryCreate(from, location, out Uri? to) || to.Scheme != from.Scheme)
        {
            return false;
        }

        bool keepsMethod = response.StatusCode is HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
            || (response.StatusCode == HttpStatusCode.SeeOther ? request.Method == HttpMethod.Head : request.Method != HttpMethod.Post);
        if (!keepsMethod)
        {
            request.Method = HttpMethod.Get;
            request.Content = null;
            request.Headers.TransferEncodingChunked = false;
        }

        // What was for one host is for no other.
        request.Headers.Authorization = null;
        request.Headers.Host = null;
        request.RequestUri = to.Fragment.Length == 0 && from.Fragment.Length > 0 ? new UriBuilder(to) { Fragment = from.Fragment }.Uri : to;
        response.Dispose();
        return true;
    }
}
