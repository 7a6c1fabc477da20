using MutualTls.Credentials;

namespace MutualTls.Http;

/// <summary>The connections that present one credential; or, with none, those that wait to hear what is asked for.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class Lane(HttpMessageInvoker invoker, LocalCredential? credential, int maxRedirects) : IDisposable
{
    /// <summary>Gets what is presented; null where the server asked for nothing.</summary>
    public LocalCredential? Credential => credential;

    /// <summary>Gets how many redirects are followed for the application; 0 where it wants none, or SocketsHttpHandler follows them.</summary>
    public int MaxRedirects => maxRedirects;

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => invoker.SendAsync(request, cancellationToken);

    public void Dispose() => invoker.Dispose();
}
