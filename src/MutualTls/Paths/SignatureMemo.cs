using System.Security.Cryptography;
using MutualTls.Certificates;

namespace MutualTls.Paths;

/// <summary>Remembers that exactly this signature, by exactly this key over exactly these octets, was good.</summary>
/// <remarks>
/// Filled only from verified paths, so a stranger cannot; bounded, so nobody can make it grow. It grants nothing: every other rule runs each time.
/// One slot a signature, chosen by a hash with a secret seed; a newer signature takes the slot of an older one.
/// </remarks>
/// <threadsafety>Safe from any thread; reads and writes take no lock.</threadsafety>
internal sealed class SignatureMemo(int capacity = SignatureMemo.DefaultCapacity)
{
    /// <summary>Enough for the intermediates of a large site; an entry keeps one certificate, 1 KB or so.</summary>
    public const int DefaultCapacity = 1024;

    private readonly Entry?[] _entries = new Entry?[capacity];
    private readonly int _seed = RandomNumberGenerator.GetInt32(int.MaxValue);

    public bool Knows(ParsedCertificate certificate, ReadOnlySpan<byte> issuerKey) =>
        Volatile.Read(ref _entries[SlotOf(certificate)]) is { } entry
        && (ReferenceEquals(entry.Certificate, certificate) || entry.Certificate.Bytes.SequenceEqual(certificate.Bytes))
        && issuerKey.SequenceEqual(entry.IssuerKey.Span);

    /// <summary>Keeps the signatures on the path's intermediates; the end-entity's verdict has a cache of its own.</summary>
    public void Remember(VerifiedPath path) => Remember(path, fromDepth: 1);

    /// <summary>Keeps the signature on the end-entity too, for somebody who judges it by another policy in the next moment.</summary>
    public void RememberWhole(VerifiedPath path) => Remember(path, fromDepth: 0);

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
            if (!Knows(certificates[depth], key))
            {
                Volatile.Write(ref _entries[SlotOf(certificates[depth])], new Entry(certificates[depth], key.ToArray()));
            }
        }
    }

    // A signature is as good as random, but its maker may try many: hence the seed.
    private int SlotOf(ParsedCertificate certificate)
    {
        HashCode hash = default;
        hash.Add(_seed);
        hash.AddBytes(certificate.Signature);
        return (int)((uint)hash.ToHashCode() % (uint)_entries.Length);
    }

    private sealed record Entry(ParsedCertificate Certificate, ReadOnlyMemory<byte> IssuerKey);
}
