namespace MutualTls.Testing.Streams;

/// <summary>One direction of a duplex: bytes in order, from one writer to one reader.</summary>
/// <remarks>
/// Not a System.IO.Pipelines pipe, since that has no blocking read: a thread in <see cref="Stream.Read(Span{byte})"/> would have to wait for a task.
/// </remarks>
internal sealed class BytePipe(int capacity)
{
    private readonly object _gate = new(); // Monitor, not Lock: threads wait on it.
    private readonly Queue<byte[]> _blocks = new();
    private TaskCompletionSource? _changed;
    private int _takenOfFirst;
    private int _buffered;
    private bool _writerClosed;
    private bool _readerClosed;

    public int Read(Span<byte> destination)
    {
        lock (_gate)
        {
            int count;
            while (!TryRead(destination, out count))
            {
                Monitor.Wait(_gate);
            }

            return count;
        }
    }

    public async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (TryRead(destination.Span, out int count))
                {
                    return count;
                }

                changed = NextChange();
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public void Write(ReadOnlySpan<byte> source)
    {
        lock (_gate)
        {
            while (!TryWrite(ref source))
            {
                Monitor.Wait(_gate);
            }
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ReadOnlySpan<byte> left = source.Span;
                bool done = TryWrite(ref left);
                if (done)
                {
                    return;
                }

                source = source[^left.Length..];
                changed = NextChange();
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public void CloseWriter() => Close(ref _writerClosed);

    public void CloseReader() => Close(ref _readerClosed);

    private void Close(ref bool side)
    {
        lock (_gate)
        {
            side = true;
            Announce();
        }
    }

    private bool TryRead(Span<byte> destination, out int count)
    {
        ObjectDisposedException.ThrowIf(_readerClosed, typeof(Stream));
        count = 0;
        if (destination.IsEmpty)
        {
            // A read of no bytes tells when there is something to read.
            return _buffered > 0 || _writerClosed;
        }

        while (count < destination.Length && _blocks.TryPeek(out byte[]? block))
        {
            int taken = Math.Min(block.Length - _takenOfFirst, destination.Length - count);
            block.AsSpan(_takenOfFirst, taken).CopyTo(destination[count..]);
            count += taken;
            _takenOfFirst += taken;
            if (_takenOfFirst == block.Length)
            {
                _blocks.Dequeue();
                _takenOfFirst = 0;
            }
        }

        _buffered -= count;
        if (count > 0)
        {
            Announce();
        }

        return count > 0 || _writerClosed;
    }

    /// <summary>Takes as much as there is room for and moves the start of the source past it; true once all of it is taken.</summary>
    private bool TryWrite(ref ReadOnlySpan<byte> source)
    {
        ObjectDisposedException.ThrowIf(_writerClosed, typeof(Stream));
        if (_readerClosed)
        {
            throw new IOException("The other end of the connection is closed.");
        }

        int taken = Math.Min(source.Length, capacity - _buffered);
        if (taken > 0)
        {
            _blocks.Enqueue(source[..taken].ToArray());
            _buffered += taken;
            source = source[taken..];
            Announce();
        }

        return source.IsEmpty;
    }

    private Task NextChange()
    {
        _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _changed.Task;
    }

    private void Announce()
    {
        Monitor.PulseAll(_gate);
        _changed?.TrySetResult();
        _changed = null;
    }
}
