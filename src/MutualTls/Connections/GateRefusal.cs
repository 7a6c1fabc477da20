namespace MutualTls.Connections;

/// <summary>Says where a refused peer is turned away.</summary>
internal enum GateRefusal
{
    /// <summary>By the callback: the handshake fails.</summary>
    InHandshake,

    /// <summary>By the gate, which answers it in its own protocol. The handshake succeeds, and no byte of it passes.</summary>
    InGate,
}
