namespace MutualTls.Policies;

/// <summary>Names the part that the peer plays in the handshake.</summary>
public enum PeerRole
{
    /// <summary>The peer connected to us: its certificate must serve client authentication.</summary>
    Client,

    /// <summary>We connected to the peer: its certificate must serve server authentication and have the name that was dialled.</summary>
    Server,
}
