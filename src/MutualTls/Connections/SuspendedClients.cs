using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MutualTls.Credentials;

namespace MutualTls.Connections;

/// <summary>Keeps the clients that are not offered resumption, and until when: those of one address, at one server certificate.</summary>
/// <remarks>Of more than it holds, any one gives way: that client may be refused once more.</remarks>
/// <threadsafety>Safe from any thread; asking takes no lock.</threadsafety>
/// <param name="capacity">How many it holds, some 100 bytes each.</param>
internal sealed class SuspendedClients(int capacity)
{
    private readonly ConcurrentDictionary<Client, Suspension> _suspended = new();
    private readonly Lock _adding = new();

    // Asked in each handshake, and in most processes nobody is ever suspended.
    private volatile bool _everSuspended;

    public int Count => _suspended.Count;

    /// <summary>Tells whether a client is suspended.</summary>
    public bool Has(LocalCredential credential, EndPoint? client, DateTimeOffset now) =>
        _everSuspended && _suspended.TryGetValue(Client.Of(credential, client), out Suspension suspension) && now < suspension.Until;

    /// <summary>Tells whether a client is suspended, or was, until it brings its intermediates.</summary>
    public bool AwaitsIntermediates(LocalCredential credential, EndPoint? client) =>
        _everSuspended && _suspended.TryGetValue(Client.Of(credential, client), out Suspension suspension) && suspension.ForIntermediates;

    /// <summary>Suspends a client, anew if it is suspended already.</summary>
    /// <param name="credential">The server's.</param>
    /// <param name="client">The client's address; those without one are all the same client.</param>
    /// <param name="until">When it ends.</param>
    /// <param name="forIntermediates">Whether it ends early once the client has brought its intermediates.</param>
    public void Add(LocalCredential credential, EndPoint? client, DateTimeOffset until, bool forIntermediates)
    {
        Client key = Client.Of(credential, client);
        lock (_adding)
        {
            if (!_suspended.ContainsKey(key) && _suspended.Count >= capacity && _suspended.FirstOrDefault() is { Key.Certificate: not null } any)
            {
                _suspended.TryRemove(any.Key, out _);
            }

            _suspended[key] = new Suspension(until, forIntermediates);
            _everSuspended = true;
        }
    }

    public void Remove(LocalCredential credential, EndPoint? client) => _suspended.TryRemove(Client.Of(credential, client), out _);

    // One that has an address of IPv6 has all of the last 64 bits.
    private readonly record struct Client(string Certificate, UInt128 Address)
    {
        public static Client Of(LocalCredential credential, EndPoint? client)
        {
            Span<byte> octets = stackalloc byte[16];
            octets.Clear();
            if (client is IPEndPoint { Address: { } address })
            {
                bool isIPv4 = address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6;
                (isIPv4 ? address.MapToIPv6() : address).TryWriteBytes(octets, out _);
                octets = isIPv4 ? octets : octets[..8];
            }

            return new Client(credential.Parsed.Sha256Fingerprint, octets.Length == 16 ? BinaryPrimitives.ReadUInt128BigEndian(octets) : (UInt128)BinaryPrimitives.ReadUInt64BigEndian(octets) << 64);
        }
    }

    private readonly record struct Suspension(DateTimeOffset Until, bool ForIntermediates);
}
