namespace MutualTls.Pinning;

/// <summary>Says which keys of a verified path a pin may name.</summary>
[Flags]
public enum PinTargets
{
    /// <summary>None; not valid.</summary>
    None = 0,

    /// <summary>The peer's own key.</summary>
    EndEntity = 1,

    /// <summary>A CA's key between the peer and the trust anchor.</summary>
    Intermediate = 2,

    /// <summary>The trust anchor's key.</summary>
    Anchor = 4,

    /// <summary>Any key of the path.</summary>
    Any = EndEntity | Intermediate | Anchor,
}
