using MutualTls.Revocation.Ocsp;

namespace MutualTls.Revocation.Memory;

/// <summary>One verified OCSP answer, and when it was fetched.</summary>
internal sealed class OcspAnswer(OcspResult result, DateTimeOffset fetchedAt)
{
    private long _usedUntil;

    public OcspResult Result => result;

    public DateTimeOffset FetchedAt => fetchedAt;

    /// <summary>Notes that a judgement rests on it: its verdict may stand until the answer ends, without another look.</summary>
    public void Use()
    {
        if (Volatile.Read(ref _usedUntil) != result.Until.UtcTicks)
        {
            Volatile.Write(ref _usedUntil, result.Until.UtcTicks);
        }
    }

    /// <summary>Takes over who uses the answer that this one replaces.</summary>
    public void Inherit(OcspAnswer? replaced) => Volatile.Write(ref _usedUntil, replaced is null ? 0 : Volatile.Read(ref replaced._usedUntil));

    /// <summary>Tells whether a verdict may still rest on it or on one that it replaced: only then is it worth asking again before it ends.</summary>
    public bool IsUsed(DateTimeOffset now) => now.UtcTicks < Volatile.Read(ref _usedUntil);
}
