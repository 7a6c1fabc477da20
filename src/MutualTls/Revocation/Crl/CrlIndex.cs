using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MutualTls.Revocation.Crl;

/// <summary>Holds the entries of one CRL for exact lookups by serial number: about 27 octets an entry, and no allocation.</summary>
/// <remarks>
/// Entries lie in buckets chosen by a keyed hash, each of one fixed width: the serial number sign-extended to the longest in the list (which keeps
/// shortest-form integers apart), the number of the certificate's issuer in an indirect CRL, the date, the reason. One octet of hash an entry lies
/// beside them, so that a certificate that is not listed, the usual case, seldom costs a look at an entry.
/// </remarks>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed class CrlIndex
{
    /// <summary>Date and reason.</summary>
    public const int ValueLength = 5;

    /// <summary>The number of an issuer, in an indirect CRL.</summary>
    public const int IssuerLength = 4;

    public static readonly CrlIndex Empty = new([], [], [0, 0], bucketBits: 0, serialLength: 0, hasIssuers: false);

    // Secret, so that no list can be made to fall into one bucket.
    private static readonly ulong Key0 = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1;
    private static readonly ulong Key1 = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1;

    private readonly byte[] _records;
    private readonly byte[] _tags;
    private readonly int[] _starts;
    private readonly int _bucketShift;
    private readonly int _serialLength;
    private readonly int _width;
    private readonly bool _hasIssuers;

    internal CrlIndex(byte[] records, byte[] tags, int[] starts, int bucketBits, int serialLength, bool hasIssuers)
    {
        _records = records;
        _tags = tags;
        _starts = starts;
        _bucketShift = 32 - bucketBits;
        _serialLength = serialLength;
        _hasIssuers = hasIssuers;
        _width = WidthOf(serialLength, hasIssuers);
    }

    public int Count => _tags.Length;

    /// <summary>Gets how much memory the index holds, in octets.</summary>
    public long Size => _records.LongLength + _tags.LongLength + (_starts.LongLength * sizeof(int));

    public static int WidthOf(int serialLength, bool hasIssuers) => serialLength + (hasIssuers ? IssuerLength : 0) + ValueLength;

    /// <summary>Looks for a certificate.</summary>
    /// <param name="serial">The content octets of its serial number, in their shortest form.</param>
    /// <param name="issuer">The number of its issuer; 0, the CRL's own, unless the CRL is indirect.</param>
    /// <param name="entry">What the CRL says about it. Of several entries, one that revokes is told before one that takes the revocation back.</param>
    public bool TryFind(ReadOnlySpan<byte> serial, int issuer, out CrlEntry entry)
    {
        entry = default;
        if (serial.Length > _serialLength || (issuer != 0 && !_hasIssuers))
        {
            return false;
        }

        uint hash = Hash(serial, issuer);
        int bucket = (int)((ulong)hash >> _bucketShift);
        bool found = false;
        int end = _starts[bucket + 1];
        for (int i = _starts[bucket]; i < end; i++)
        {
            if (_tags[i] == (byte)hash && Matches(_records.AsSpan(i * _width, _width), serial, issuer))
            {
                entry = ReadValue(_records.AsSpan((i * _width) + _width - ValueLength, ValueLength));
                found = true;
                if (entry.Reason != X509RevocationReason.RemoveFromCrl)
                {
                    break;
                }
            }
        }

        return found;
    }

    /// <summary>Walks the serial numbers in no particular order, each in its shortest form; for comparing two lists, not for checks.</summary>
    public IEnumerable<byte[]> Serials()
    {
        for (int i = 0; i < Count; i++)
        {
            ReadOnlySpan<byte> serial = _records.AsSpan(i * _width, _serialLength);
            while (serial.Length > 1 && (serial[0] == 0 ? serial[1] < 0x80 : serial[0] == 0xFF && serial[1] >= 0x80))
            {
                serial = serial[1..];
            }

            yield return serial.ToArray();
        }
    }

    /// <summary>Hashes what an entry is found by.</summary>
    public static uint Hash(ReadOnlySpan<byte> serial, int issuer)
    {
        ulong low, high;
        int length = serial.Length;
        ulong state = Key0 + (uint)issuer;
        if (length >= 8)
        {
            for (int at = 0; at + 16 < length; at += 16)
            {
                state = Mix(BinaryPrimitives.ReadUInt64LittleEndian(serial[at..]) ^ Key1, BinaryPrimitives.ReadUInt64LittleEndian(serial[(at + 8)..]) ^ state);
            }

            low = BinaryPrimitives.ReadUInt64LittleEndian(serial[Math.Max(length - 16, 0)..]);
            high = BinaryPrimitives.ReadUInt64LittleEndian(serial[(length - 8)..]);
        }
        else
        {
            low = high = 0;
            foreach (byte octet in serial)
            {
                low = (low << 8) | octet;
            }
        }

        ulong mixed = Mix(low ^ Key1, high ^ state);
        return (uint)(Mix(mixed ^ Key0, Key1 ^ (uint)length) >> 16);
    }

    /// <summary>Writes an entry as the index keeps it.</summary>
    public static void Write(Span<byte> record, int serialLength, ReadOnlySpan<byte> serial, int issuer, bool hasIssuers, CrlEntry entry)
    {
        int padding = serialLength - serial.Length;
        record[..padding].Fill(FillOf(serial));
        serial.CopyTo(record[padding..]);
        if (hasIssuers)
        {
            BinaryPrimitives.WriteInt32LittleEndian(record[serialLength..], issuer);
        }

        Span<byte> value = record[^ValueLength..];
        BinaryPrimitives.WriteUInt32LittleEndian(value, entry.RevokedAt);
        value[4] = (byte)entry.Reason;
    }

    private static CrlEntry ReadValue(ReadOnlySpan<byte> value) => new((X509RevocationReason)value[4], BinaryPrimitives.ReadUInt32LittleEndian(value));

    private bool Matches(ReadOnlySpan<byte> record, ReadOnlySpan<byte> serial, int issuer)
    {
        int padding = _serialLength - serial.Length;
        return record.Slice(padding, serial.Length).SequenceEqual(serial)
            && !record[..padding].ContainsAnyExcept(FillOf(serial))
            && (!_hasIssuers || BinaryPrimitives.ReadInt32LittleEndian(record[_serialLength..]) == issuer);
    }

    private static byte FillOf(ReadOnlySpan<byte> serial) => serial.IsEmpty || serial[0] < 0x80 ? (byte)0 : (byte)0xFF;

    private static ulong Mix(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }
}
