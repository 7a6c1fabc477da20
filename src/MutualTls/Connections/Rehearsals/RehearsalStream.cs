using System.IO.Pipelines;

namespace MutualTls.Connections.Rehearsals;

/// <summary>One end of a connection in memory.</summary>
/// <threadsafety>One reader and one writer at a time.</threadsafety>
internal sealed class RehearsalStream(Stream incoming, Stream outgoing) : Stream
{
    /// <summary>Makes two connected ends.</summary>
    public static (Stream Near, Stream Far) CreatePair()
    {
        Pipe there = new(), back = new();
        return (new RehearsalStream(back.Reader.AsStream(), there.Writer.AsStream()), new RehearsalStream(there.Reader.AsStream(), back.Writer.AsStream()));
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => incoming.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => outgoing.WriteAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => outgoing.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            outgoing.Dispose();
            incoming.Dispose();
        }

        base.Dispose(disposing);
    }
}
