using System.Security.Cryptography;
using MutualTls.Certificates;

namespace MutualTls.Paths;

/// <summary>Remembers that exactly this signature, by exactly this key over exactly these octets, was good.</summary>
/// <remarks>
/// Filled from verified paths, so a stranger cannot; bounded, so nobody can make it grow. It grants nothing: every other rule runs each time.
/// One slot a signature, chosen by a hash with a secret seed; a newer signature takes the slot of an older one. What a stranger brought along that a
/// trusted key had signed has a few slots of its own: else he could have it verified again with each of his connections.
/// </remarks>
/// <threadsafety>Safe from any thread; reads and writes take no lock.</threadsafety>
internal sealed class SignatureMemo(int capacity = SignatureMemo.DefaultCapacity)
{
    /// <summary>Enough for the intermediates of a large site; an entry keeps one certificate, 1 KB or so.</summary>
    public const int DefaultCapacity = 1024;

    /// <summary>For issuing CAs that are good, public, and used by none of the peers that were let in. A private PKI has a few at most.</summary>
    public const int CapacityOfStrangers = 32;

    private const int HashedLength = 32;

    private readonly Entry?[] _entries = new Entry?[capacity];
    private readonly Entry?[] _ofStrangers = new Entry?[CapacityOfStrangers];
    private readonly int _seed = RandomNumberGenerator.GetInt32(int.MaxValue);

    // Few engines judge one peer by two policies: where none does, no end-entity's signature is here and none is looked for.
    private volatile bool _hasEndEntities;

    public bool Knows(ParsedCertificate certificate, ReadOnlySpan<byte> issuerKey)
    {
        if (!certificate.IsCa && !_hasEndEntities)
        {
            return false;
        }

        uint hash = HashOf(certificate);
        return IsFor(SlotOf(_entries, hash), certificate, issuerKey) || IsFor(SlotOf(_ofStrangers, hash), certificate, issuerKey);
    }

    /// <summary>Keeps the signatures on the path's intermediates; the end-entity's verdict has a cache of its own.</summary>
    public void Remember(VerifiedPath path) => Remember(path, fromDepth: 1);

    /// <summary>Keeps the signature on the end-entity too, for somebody who judges it by another policy in the next moment.</summary>
    public void RememberWhole(VerifiedPath path)
    {
        _hasEndEntities = true;
        Remember(path, fromDepth: 0);
    }

    /// <summary>Keeps a good signature on an intermediate from a path that was refused.</summary>
    public void RememberOfStranger(ParsedCertificate certificate, ReadOnlySpan<byte> issuerKey) => Keep(_ofStrangers, certificate, issuerKey);

    private void Remember(VerifiedPath path, int fromDepth)
    {
        // What is trusted as itself is signed by nobody who counts.
        if (path.Kind == PathKind.DirectTrust)
        {
            return;
        }

        ReadOnlySpan<ParsedCertificate> certificates = path.Span;
        for (int depth = fromDepth; depth < certificates.Length; depth++)
        {
            ReadOnlySpan<byte> key = depth + 1 == certificates.Length ? path.Anchor.EncodedKey : certificates[depth + 1].SubjectPublicKeyInfo;
            if (!IsFor(SlotOf(_entries, HashOf(certificates[depth])), certificates[depth], key))
            {
                Keep(_entries, certificates[depth], key);
            }
        }
    }

    private void Keep(Entry?[] entries, ParsedCertificate certificate, ReadOnlySpan<byte> issuerKey) =>
        Volatile.Write(ref SlotOf(entries, HashOf(certificate)), new Entry(certificate, issuerKey.ToArray()));

    private static bool IsFor(in Entry? slot, ParsedCertificate certificate, ReadOnlySpan<byte> issuerKey) =>
        Volatile.Read(in slot) is { } entry
        && (ReferenceEquals(entry.Certificate, certificate) || entry.Certificate.Bytes.SequenceEqual(certificate.Bytes))
        && issuerKey.SequenceEqual(entry.IssuerKey.Span);

    private static ref Entry? SlotOf(Entry?[] entries, uint hash) => ref entries[hash % (uint)entries.Length];

    // A signature is as good as random, but its maker may try many: hence the seed.
    private uint HashOf(ParsedCertificate certificate)
    {
        HashCode hash = default;
        hash.Add(_seed);
        ReadOnlySpan<byte> signature = certificate.Signature;
        hash.AddBytes(signature.Length > HashedLength ? signature[^HashedLength..] : signature);
        return (uint)hash.ToHashCode();
    }

    private sealed record Entry(ParsedCertificate Certificate, ReadOnlyMemory<byte> IssuerKey);
}
