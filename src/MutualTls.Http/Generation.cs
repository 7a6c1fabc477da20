using MutualTls.Credentials;

namespace MutualTls.Http;

/// <summary>One set of connections, all made with one credential and under one policy.</summary>
/// <remarks>SocketsHttpHandler ignores changes once it has connected, so what changes brings a new set; the old one ends when its last request has been answered.</remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class Generation(HttpMessageInvoker invoker, ServerGates gates, LocalCredential credential, GenerationStamp stamp)
{
    // Requests in progress; int.MinValue is added when no more may enter.
    private int _requests;

    public LocalCredential Credential => credential;

    public ServerGates Gates => gates;

    /// <summary>Tells whether the connections are still what the application wants.</summary>
    public bool IsCurrent(GenerationStamp now, DateTimeOffset time) => stamp == now && time < gates.Until;

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => invoker.SendAsync(request, cancellationToken);

    public bool TryEnter()
    {
        for (int known = Volatile.Read(ref _requests); known >= 0;)
        {
            int before = Interlocked.CompareExchange(ref _requests, known + 1, known);
            if (before == known)
            {
                return true;
            }

            known = before;
        }

        return false;
    }

    public void Exit()
    {
        if (Interlocked.Decrement(ref _requests) == int.MinValue)
        {
            invoker.Dispose();
        }
    }

    /// <summary>Lets nobody in any more. Responses that are still being read keep their connections until they are done.</summary>
    public void Retire()
    {
        if (Interlocked.Add(ref _requests, int.MinValue) == int.MinValue)
        {
            invoker.Dispose();
        }
    }
}

/// <summary>Tells two generations apart: the versions of what they were made from.</summary>
internal readonly record struct GenerationStamp(long Credential, long Policy);
