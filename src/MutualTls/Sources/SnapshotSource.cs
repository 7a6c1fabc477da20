namespace MutualTls.Sources;

/// <summary>Holds something that changes as a whole: an immutable value, its version, and who wants to know of the next one.</summary>
/// <remarks>Readers take <see cref="Current"/> once and use it throughout. A failed change keeps the last good value.</remarks>
/// <typeparam name="T">An immutable type.</typeparam>
/// <threadsafety>Safe from any thread; reads take no lock.</threadsafety>
public sealed class SnapshotSource<T> : IVersioned
    where T : class
{
    private readonly Lock _changing = new();
    private T _current;
    private long _version = 1;

    /// <summary>Makes a source.</summary>
    /// <param name="first">The first value.</param>
    public SnapshotSource(T first)
    {
        ArgumentNullException.ThrowIfNull(first);
        _current = first;
    }

    /// <summary>Happens after each change, on the thread that made it. A handler must be short and must not throw.</summary>
    public event EventHandler? Changed;

    /// <summary>Gets the value of this moment.</summary>
    public T Current => Volatile.Read(ref _current);

    /// <summary>Gets how many values there have been; never smaller than before.</summary>
    /// <remarks>Read it before <see cref="Current"/>: what was derived from an older value then never carries a newer version.</remarks>
    public long Version => Volatile.Read(ref _version);

    /// <summary>Makes a source of a value that nobody changes.</summary>
    /// <param name="value">The value.</param>
#pragma warning disable CA2225 // The constructor is the other way to write it.
    public static implicit operator SnapshotSource<T>(T value) => new(value);
#pragma warning restore CA2225

    /// <summary>Puts a new value in the place of the old one.</summary>
    /// <param name="next">The new value.</param>
    public void Change(T next)
    {
        ArgumentNullException.ThrowIfNull(next);
        Change(_ => next);
    }

    /// <summary>Derives a new value from the old one; changes do not overtake each other.</summary>
    /// <param name="change">Makes the new value; if it throws, the old one stays.</param>
    public void Change(Func<T, T> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        lock (_changing)
        {
            // The value first: whoever reads the new version then reads the new value too.
            Volatile.Write(ref _current, change(_current) ?? throw new InvalidOperationException("A snapshot cannot be null."));
            Volatile.Write(ref _version, _version + 1);
        }

        Changed?.Invoke(this, EventArgs.Empty);
    }
}
