using System.Net;

namespace MutualTls.Http;

/// <summary>Keeps the connections of one client up to what it presents and demands.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class Generations : IDisposable
{
    private readonly MutualTlsHttpOptions _options;
    private readonly CookieContainer _cookies = new();
    private readonly CredentialTable _table;
    private readonly Lock _changing = new();
    private Generation _current;
    private bool _disposed;

    public Generations(MutualTlsHttpOptions options)
    {
        _options = options;
        _table = new CredentialTable(options);
        _current = Make(Stamp());
        MaxRedirects = _current.MaxRedirects;
    }

    /// <summary>Gets how many redirects are followed for the application; 0 where SocketsHttpHandler follows them.</summary>
    public int MaxRedirects { get; }

    /// <summary>Gets the connections to use; the caller leaves with <see cref="Generation.Exit"/>.</summary>
    public Generation Enter()
    {
        while (true)
        {
            Generation generation = Volatile.Read(ref _current);
            if (!generation.IsCurrent(Stamp(), _options.Engine.TimeProvider.GetUtcNow()))
            {
                generation = Renew(generation);
            }

            if (generation.TryEnter())
            {
                return generation;
            }

            ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), typeof(MutualTlsHttpHandler));
        }
    }

    public void Dispose()
    {
        lock (_changing)
        {
            if (!_disposed)
            {
                Volatile.Write(ref _disposed, true);
                _current.Retire();
            }
        }
    }

    private Generation Renew(Generation old)
    {
        lock (_changing)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(MutualTlsHttpHandler));
            if (ReferenceEquals(_current, old))
            {
                Volatile.Write(ref _current, Make(Stamp()));
                old.Retire();
                Log.ConnectionsRenewed(_options.Logger, _options.Policy.Current.Name);
            }

            return _current;
        }
    }

    // The versions first: what is made of older values then never passes for newer.
    private Generation Make(GenerationStamp stamp) => new(_options, _table, _cookies, stamp);

    private GenerationStamp Stamp() => new(_table.Version, _options.Policy.Version);
}
