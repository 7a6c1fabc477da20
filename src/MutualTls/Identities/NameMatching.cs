namespace MutualTls.Identities;

/// <summary>Says what a match leads to, and so which way a doubtful name falls.</summary>
internal enum NameMatching
{
    /// <summary>A match lets the peer in: a name that two readers may read differently does not match.</summary>
    Grant,

    /// <summary>A match keeps the peer out: a name that could stand for the denied one matches, whatever the case of its letters.</summary>
    Deny,
}
