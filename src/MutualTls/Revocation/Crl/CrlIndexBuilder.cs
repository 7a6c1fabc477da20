using System.Numerics;
using System.Runtime.InteropServices;

namespace MutualTls.Revocation.Crl;

/// <summary>Sorts the entries of a CRL into an index.</summary>
/// <remarks>
/// Count, partition, place: entries first go to 256 streams by the top of their hash, then each stream to its buckets, which lie together in memory.
/// Going to the buckets at once would miss the caches with every entry and take three times as long.
/// </remarks>
internal static class CrlIndexBuilder
{
    /// <summary>Ten million entries or so; the largest public CRLs have about a million.</summary>
    public const int MaxListLength = 1 << 28;

    private const int MaxPartitionBits = 8;

    // On average from this many to twice as many. More buckets cost memory and gain nothing: what costs time is reading from memory at all.
    private const int EntriesPerBucket = 4;

    // An entry takes at least this: SEQUENCE, INTEGER of one octet, UTCTime.
    private const int MinEntryLength = 2 + 3 + 15;

    /// <summary>Reads and sorts the entries. False: the list is malformed.</summary>
    /// <param name="list">The content of revokedCertificates.</param>
    /// <param name="takesExtensions">Whether entries may have extensions.</param>
    /// <param name="issuers">Takes the issuers that entries of an indirect CRL name; null if the CRL is not indirect.</param>
    /// <param name="index">The index.</param>
    /// <param name="unknownCritical">The OID of a critical entry extension that this library does not know; empty if there is none.</param>
    public static bool TryBuild(ReadOnlySpan<byte> list, bool takesExtensions, CrlIssuerTable? issuers, out CrlIndex index, out ReadOnlySpan<byte> unknownCritical)
    {
        index = CrlIndex.Empty;
        unknownCritical = default;
        if (list.Length > MaxListLength)
        {
            return false;
        }

        using NativeBuffer hashBuffer = new(Math.Max(list.Length / MinEntryLength, 1) * (long)sizeof(uint));
        Span<uint> hashes = MemoryMarshal.Cast<byte, uint>(hashBuffer.Bytes);
        int count = 0, serialLength = 0, issuer = 0;
        CrlEntryReader reader = new(list, takesExtensions);
        while (reader.MoveNext())
        {
            // RFC 5280 5.3.3: only an indirect CRL names issuers, and one holds until the next.
            if (!reader.CertificateIssuer.IsEmpty && (issuers is null || !issuers.TryAdd(reader.CertificateIssuer, out issuer)))
            {
                return false;
            }

            hashes[count++] = CrlIndex.Hash(reader.Serial, issuer);
            serialLength = Math.Max(serialLength, reader.Serial.Length);
        }

        if (!reader.IsAtEnd)
        {
            return false;
        }

        unknownCritical = reader.UnknownCritical;
        if (count > 0)
        {
            index = Sort(new CrlEntryReader(list, takesExtensions), hashes[..count], serialLength, issuers);
        }

        return true;
    }

    private static CrlIndex Sort(CrlEntryReader reader, ReadOnlySpan<uint> hashes, int serialLength, CrlIssuerTable? issuers)
    {
        bool hasIssuers = issuers is { Count: > 1 };
        int count = hashes.Length, width = CrlIndex.WidthOf(serialLength, hasIssuers), issuer = 0;
        int bucketBits = BitOperations.Log2((uint)Math.Max(count / EntriesPerBucket, 1));
        int partitionBits = Math.Min(bucketBits, MaxPartitionBits);

        // Count.
        int[] starts = new int[(1 << bucketBits) + 1];
        foreach (uint hash in hashes)
        {
            starts[(int)((ulong)hash >> (32 - bucketBits)) + 1]++;
        }

        for (int bucket = 1; bucket < starts.Length; bucket++)
        {
            starts[bucket] += starts[bucket - 1];
        }

        // Partition: the streams lie one behind the other in the order of their buckets.
        using NativeBuffer streams = new((long)count * width);
        using NativeBuffer streamHashBuffer = new((long)count * sizeof(uint));
        Span<byte> records = streams.Bytes;
        Span<uint> streamHashes = MemoryMarshal.Cast<byte, uint>(streamHashBuffer.Bytes);
        int bucketsPerStream = 1 << (bucketBits - partitionBits);
        Span<int> next = stackalloc int[1 << MaxPartitionBits];
        for (int stream = 0; stream < 1 << partitionBits; stream++)
        {
            next[stream] = starts[stream * bucketsPerStream];
        }

        foreach (uint hash in hashes)
        {
            reader.MoveNext();
            if (!reader.CertificateIssuer.IsEmpty)
            {
                issuers!.TryAdd(reader.CertificateIssuer, out issuer);
            }

            int at = next[(int)((ulong)hash >> (32 - partitionBits))]++;
            streamHashes[at] = hash;
            CrlIndex.Write(records.Slice(at * width, width), serialLength, reader.Serial, issuer, hasIssuers, reader.Entry);
        }

        // Place: stable, so entries of one bucket keep the order of the list.
        byte[] placed = GC.AllocateUninitializedArray<byte>(count * width);
        byte[] tags = GC.AllocateUninitializedArray<byte>(count);
        int[] cursors = starts.AsSpan(0, starts.Length - 1).ToArray();
        for (int from = 0; from < count; from++)
        {
            uint hash = streamHashes[from];
            int to = cursors[(int)((ulong)hash >> (32 - bucketBits))]++;
            tags[to] = (byte)hash;
            records.Slice(from * width, width).CopyTo(placed.AsSpan(to * width, width));
        }

        return new CrlIndex(placed, tags, starts, bucketBits, serialLength, hasIssuers);
    }
}
