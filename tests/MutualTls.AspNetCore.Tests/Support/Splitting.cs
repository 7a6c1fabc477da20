using System.Buffers.Binary;

namespace MutualTls.AspNetCore.Tests.Support;

/// <summary>Sends what TLS writes in pieces: records cut into smaller ones until the first answer has come, or octets one by one.</summary>
internal sealed class Splitting(Stream inner, Splitting.Way way) : Stream
{
    private bool _answered;

    public enum Way
    {
        Octets,
        Records,
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await inner.ReadAsync(buffer, cancellationToken);
        _answered |= read > 0;
        return read;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_answered)
        {
            await inner.WriteAsync(buffer, cancellationToken);
            return;
        }

        byte[] all = way == Way.Octets
            ? buffer.ToArray()
            : ClientHello.Records(buffer.Slice(5, BinaryPrimitives.ReadUInt16BigEndian(buffer.Span[3..])).ToArray(), most: 40);
        foreach (byte[] piece in all.Chunk(way == Way.Octets ? 1 : 45))
        {
            await inner.WriteAsync(piece, cancellationToken);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
