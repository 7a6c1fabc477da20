using System.Collections.Concurrent;
using System.Net;
using MutualTls.Credentials;
using MutualTls.Sources;

namespace MutualTls.Http;

/// <summary>One set of connections, all made with the same credentials and under one policy.</summary>
/// <remarks>SocketsHttpHandler ignores changes once it has connected, so what changes brings a new set; the old one ends when its last request has been answered.</remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class Generation
{
    // Servers whose wishes are known. An application has few; a server that redirects could name any number.
    private const int MostChoices = 1024;

    private readonly MutualTlsHttpOptions _options;
    private readonly CredentialTable _table;
    private readonly CookieContainer _cookies;
    private readonly GenerationStamp _stamp;
    private readonly ServerGates _gates;
    private readonly ConcurrentDictionary<object, Lazy<Lane>> _lanes = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<string, SnapshotSource<LocalCredential>> _choices = new(StringComparer.OrdinalIgnoreCase);

    // Requests in progress; int.MinValue is added when no more may enter.
    private int _requests;

    private volatile bool _isLost;

    public Generation(MutualTlsHttpOptions options, CredentialTable table, CookieContainer cookies, GenerationStamp stamp)
    {
        _options = options;
        _table = table;
        _cookies = cookies;
        _stamp = stamp;
        _gates = new ServerGates(options, new WeakReference<Generation>(this));

        // Made at once: what the application sets wrongly is told when the client is made.
        MaxRedirects = LaneOf(options.Credential).MaxRedirects;
    }

    public int MaxRedirects { get; }

    /// <summary>Tells whether the connections are still what the application wants.</summary>
    public bool IsCurrent(GenerationStamp now, DateTimeOffset time) => !_isLost && _stamp == now && time < _gates.Until;

    /// <exception cref="HttpRequestException">There is no answer; what ended the connection is the inner exception, if it has to do with mutual TLS.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Uri uri = request.RequestUri!;
        long began = _options.Engine.TimeProvider.GetTimestamp();
        Lane lane = LaneFor(uri);
        try
        {
            try
            {
                return await lane.SendAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (HttpRequestException exception) when (lane.Credential is null && IssuersAskedException.Within(exception) is { } asked)
            {
                // Nothing of the request has been sent: there was no connection to send it over.
                lane = Choose(uri, asked.Issuers);
            }

            return await lane.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException exception) when (Explanations.Find(exception, uri, _gates, began) is { } reason)
        {
            // The server may want another credential by now: the next request asks.
            _choices.TryRemove(uri.Authority, out _);
            throw Explanations.Explain(exception, reason, uri, lane.Credential);
        }
    }

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
            Close();
        }
    }

    /// <summary>Lets nobody in any more. Responses that are still being read keep their connections until they are done.</summary>
    public void Retire()
    {
        for (int known = Volatile.Read(ref _requests); known >= 0;)
        {
            int before = Interlocked.CompareExchange(ref _requests, known + int.MinValue, known);
            if (before == known && known == 0)
            {
                Close();
            }

            known = before == known ? int.MinValue : before;
        }
    }

    /// <summary>Lets nobody in any more, since a server of one of the connections would no longer be accepted. Returns at once.</summary>
    public void Lose()
    {
        _isLost = true;
        ThreadPool.UnsafeQueueUserWorkItem(
            static generation =>
            {
                try
                {
                    generation.Retire();
                }
#pragma warning disable CA1031 // Streams of the application are closed here, too.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    Connections.Log.LiveCloseFailed(generation._options.Logger, exception);
                }
            },
            this, preferLocal: false);
    }

    // That of the host's credential, or of the one that the server is known to want, or the one that finds out.
    private Lane LaneFor(Uri uri)
    {
        CredentialSet set = _table.For(uri.IdnHost);
        return set.Credentials.Count == 1 ? LaneOf(set.Credentials[0])
            : _choices.TryGetValue(uri.Authority, out SnapshotSource<LocalCredential>? chosen) ? LaneOf(chosen)
            : _lanes.GetOrAdd(set, _ => new Lazy<Lane>(() => Make(credential: null))).Value;
    }

    private Lane Choose(Uri uri, string[] issuers)
    {
        CredentialSet set = _table.For(uri.IdnHost);
        SnapshotSource<LocalCredential> chosen = set.Choose(issuers) ?? throw NoSuitableCredential.Error(uri, set, issuers);
        if (_choices.Count >= MostChoices)
        {
            _choices.Clear();
        }

        _choices[uri.Authority] = chosen;
        return LaneOf(chosen);
    }

    private Lane LaneOf(SnapshotSource<LocalCredential> credential) => _lanes.GetOrAdd(credential, _ => new Lazy<Lane>(() => Make(credential.Current))).Value;

    private Lane Make(LocalCredential? credential) => HandlerSetup.Make(_options, credential, _gates, _cookies, _table.HasChoice);

    private void Close()
    {
        foreach ((_, Lazy<Lane> lane) in _lanes)
        {
            if (lane.IsValueCreated)
            {
                lane.Value.Dispose();
            }
        }
    }
}

/// <summary>Tells two generations apart: the versions of what they were made from.</summary>
internal readonly record struct GenerationStamp(long Credentials, long Policy);
