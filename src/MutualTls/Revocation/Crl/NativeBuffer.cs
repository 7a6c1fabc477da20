using System.Runtime.InteropServices;

namespace MutualTls.Revocation.Crl;

/// <summary>Memory for the moment of loading a CRL: given back to the system at once, where an array of 35 MB would wait for a full collection.</summary>
/// <remarks>The one place with unsafe code. A span of it must not outlive <see cref="Dispose"/>.</remarks>
internal sealed unsafe class NativeBuffer(long length) : IDisposable
{
    private byte* _memory = (byte*)NativeMemory.Alloc((nuint)length);

    public Span<byte> Bytes => _memory == null ? throw new ObjectDisposedException(nameof(NativeBuffer)) : new Span<byte>(_memory, checked((int)length));

    public void Dispose()
    {
        NativeMemory.Free(_memory);
        _memory = null;
        GC.SuppressFinalize(this);
    }

    ~NativeBuffer() => NativeMemory.Free(_memory);
}
