using MutualTls.Testing.Streams;

namespace MutualTls.Testing;

/// <summary>Connects two streams in memory, in the place of a socket: what one end writes, the other end reads.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
public static class InMemoryDuplex
{
    /// <summary>Makes two connected ends.</summary>
    /// <param name="capacity">
    /// How many bytes may be under way in each direction before a write waits for the other end to read, 1 or more.
    /// The default is null: no limit.
    /// </param>
    /// <returns>
    /// The two ends, alike in all but name. Each may be read by one thread and written by another at the same time, with or without <c>async</c>.
    /// Once one end is disposed, the other reads what is left and then 0 bytes, and writing to it throws <see cref="IOException"/>.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is less than 1.</exception>
    public static (Stream Client, Stream Server) CreatePair(int? capacity = null)
    {
        if (capacity is { } bytes)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1, nameof(capacity));
        }

        var toServer = new BytePipe(capacity ?? int.MaxValue);
        var toClient = new BytePipe(capacity ?? int.MaxValue);
        return (new DuplexStream(toClient, toServer), new DuplexStream(toServer, toClient));
    }
}
