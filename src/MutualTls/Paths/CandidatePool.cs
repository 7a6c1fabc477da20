using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using MutualTls.Certificates;

namespace MutualTls.Paths;

/// <summary>Keeps intermediates that were once on a verified path, for peers that do not send theirs: a resumed session brings none.</summary>
/// <remarks>
/// Hints only: they grant nothing, so they outlive reloads and policies. Only verified paths fill it, so a stranger cannot. Bounded: the
/// oldest leave first. Whoever presents a certificate that is here gets this object, with its imported key; so does who presents one of a few that
/// strangers brought along and a trusted key had signed, but those are no candidates for others.
/// TLS sessions are the process's, whichever engine judged the full handshake: engines that serve TLS clients share one pool beside their own.
/// </remarks>
/// <threadsafety>Safe from any thread; reads take no lock.</threadsafety>
internal sealed class CandidatePool(int capacity = CandidatePool.DefaultCapacity)
{
    /// <summary>A large mesh has tens of issuing CAs; each entry is a certificate and an imported key, 2 KB or so.</summary>
    public const int DefaultCapacity = 1024;

    /// <summary>A CA in use has one or two of one name, while it changes its key. Whoever makes more pushes out its own.</summary>
    public const int MaxNamesakes = 16;

    private const int HashedLength = 32;

    private readonly ConcurrentDictionary<int, ParsedCertificate[]> _bySubject = new();
    private readonly ConcurrentDictionary<int, ParsedCertificate> _byContent = new();
    private readonly ParsedCertificate?[] _ofStrangers = new ParsedCertificate?[SignatureMemo.CapacityOfStrangers];
    private readonly Queue<ParsedCertificate> _ages = new();
    private readonly Lock _writing = new();

    // Found last: most peers of a moment have the same issuer.
    private ParsedCertificate? _latest;

    private CandidatePool? _shared;

    /// <summary>Gets the pool that engines share.</summary>
    public static CandidatePool OfProcess { get; } = new();

    public int Count => _byContent.Count;

    /// <summary>Gets how many places in the queue are taken, by those that are here and by some that were.</summary>
    public int Queued => _ages.Count;

    /// <summary>Gets the intermediates that may have this subject, and seldom others.</summary>
    public ReadOnlySpan<ParsedCertificate> Named(int preparedNameHash) => _bySubject.TryGetValue(preparedNameHash, out ParsedCertificate[]? found) ? found : default;

    /// <summary>Gets those of the shared pool, some of which may be here too.</summary>
    public ReadOnlySpan<ParsedCertificate> NamedElsewhere(int preparedNameHash) => Volatile.Read(ref _shared) is { } shared ? shared.Named(preparedNameHash) : default;

    /// <summary>Has another pool keep what is kept from here on, and look there for what is not here. The first one given stays.</summary>
    public void ShareWith(CandidatePool shared)
    {
        if (Volatile.Read(ref _shared) is null)
        {
            Volatile.Write(ref _shared, shared);
        }
    }

    /// <summary>Gets the kept certificate with exactly these octets, or null.</summary>
    public ParsedCertificate? Find(ReadOnlySpan<byte> der)
    {
        if (Volatile.Read(ref _latest) is { } latest && latest.Bytes.SequenceEqual(der))
        {
            return latest;
        }

        if (!_byContent.TryGetValue(ContentHash(der), out ParsedCertificate? found) || !found.Bytes.SequenceEqual(der))
        {
            return null;
        }

        Volatile.Write(ref _latest, found);
        return found;
    }

    /// <summary>Gets the kept certificate with exactly these octets, one of strangers' too, or null.</summary>
    public ParsedCertificate? Recognize(ReadOnlySpan<byte> der) =>
        Find(der) ?? (Volatile.Read(ref SlotOfStranger(ContentHash(der))) is { } found && found.Bytes.SequenceEqual(der) ? found : null);

    /// <summary>Keeps an intermediate from a path that may yet be refused: see <see cref="SignatureMemo.RememberOfStranger"/>.</summary>
    public void AddOfStranger(ParsedCertificate certificate) => Volatile.Write(ref SlotOfStranger(ContentHash(certificate.Bytes)), certificate);

    /// <summary>Gets the same certificates, kept ones by the memory that is here: who keeps the result keeps no copies of those.</summary>
    /// <param name="certificates">The certificates.</param>
    /// <param name="unshared">How many bytes the result keeps alive on its own: a peer can send anything along.</param>
    public ReadOnlyMemory<byte>[] Share(ReadOnlySpan<ReadOnlyMemory<byte>> certificates, out int unshared)
    {
        unshared = 0;
        if (certificates.Length == 1 && Find(certificates[0].Span) is { } only)
        {
            return only.Alone;
        }

        ReadOnlyMemory<byte>[] shared = new ReadOnlyMemory<byte>[certificates.Length];
        for (int i = 0; i < certificates.Length; i++)
        {
            ParsedCertificate? kept = Find(certificates[i].Span);
            shared[i] = kept?.Der ?? certificates[i];
            unshared += Unsafe.SizeOf<ReadOnlyMemory<byte>>() + (kept is null ? certificates[i].Length : 0);
        }

        return shared;
    }

    /// <summary>Keeps the intermediates of a verified path.</summary>
    public void Add(VerifiedPath path)
    {
        foreach (ParsedCertificate certificate in path.Span[1..])
        {
            // The usual case: it is here already.
            if (Find(certificate.Bytes) is null)
            {
                Add(certificate);
            }
        }

        Volatile.Read(ref _shared)?.Add(path);
    }

    private ref ParsedCertificate? SlotOfStranger(int contentHash) => ref _ofStrangers[(uint)contentHash % SignatureMemo.CapacityOfStrangers];

    private void Add(ParsedCertificate certificate)
    {
        lock (_writing)
        {
            if (!_byContent.TryAdd(ContentHash(certificate.Bytes), certificate))
            {
                return;
            }

            if (_bySubject.TryGetValue(certificate.SubjectNameHash, out ParsedCertificate[]? others) && others.Length >= MaxNamesakes)
            {
                Remove(others[0]);
            }

            _bySubject.AddOrUpdate(certificate.SubjectNameHash, _ => [certificate], (_, others) => [.. others, certificate]);
            _ages.Enqueue(certificate);
            while (_byContent.Count > capacity)
            {
                Remove(_ages.Dequeue());
            }

            // Namesakes that were pushed out are gone, and come back perhaps: once their places in the queue are many, each that is here has one.
            if (_ages.Count > capacity * 2)
            {
                ParsedCertificate[] kept = [.. _ages.Where(aged => Find(aged.Bytes) == aged).Distinct()];
                _ages.Clear();
                Array.ForEach(kept, _ages.Enqueue);
            }
        }
    }

    private void Remove(ParsedCertificate certificate)
    {
        if (!_byContent.TryRemove(KeyValuePair.Create(ContentHash(certificate.Bytes), certificate)))
        {
            return;
        }

        Interlocked.CompareExchange(ref _latest, null, certificate);
        ParsedCertificate[] left = [.. _bySubject[certificate.SubjectNameHash].Where(other => other != certificate)];
        if (left.Length == 0)
        {
            _bySubject.TryRemove(certificate.SubjectNameHash, out _);
        }
        else
        {
            _bySubject[certificate.SubjectNameHash] = left;
        }
    }

    // Of the end of the signature, which no two have in common by chance; what it leaves out is compared.
    private static int ContentHash(ReadOnlySpan<byte> der)
    {
        HashCode hash = default;
        hash.AddBytes(der.Length > HashedLength ? der[^HashedLength..] : der);
        return hash.ToHashCode();
    }
}
