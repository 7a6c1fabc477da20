using System.Net;
using MutualTls.Credentials;

namespace MutualTls.Http;

/// <summary>Keeps the connections of one client up to what it presents and demands.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class Generations : IDisposable
{
    private readonly MutualTlsHttpOptions _options;
    private readonly CookieContainer _cookies = new();
    private readonly Lock _changing = new();
    private Generation _current;
    private bool _disposed;

    public Generations(MutualTlsHttpOptions options)
    {
        _options = options;
        _current = Make();
    }

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
                Volatile.Write(ref _current, Make());
                old.Retire();
                Log.ConnectionsRenewed(_options.Logger, _options.Policy.Current.Name);
            }

            return _current;
        }
    }

    private Generation Make()
    {
        // The versions first: what is made of older values then never passes for newer.
        GenerationStamp stamp = Stamp();
        LocalCredential credential = _options.Credential.Current;
        ServerGates gates = new(_options);
        return new Generation(new HttpMessageInvoker(HandlerSetup.Make(_options, credential, gates, _cookies)), gates, credential, stamp);
    }

    private GenerationStamp Stamp() => new(_options.Credential.Version, _options.Policy.Version);
}
