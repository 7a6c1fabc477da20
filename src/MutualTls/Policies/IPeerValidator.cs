namespace MutualTls.Policies;

/// <summary>Decides by rules of the application whether a peer may connect. A validator can refuse, never rescue.</summary>
/// <remarks>
/// Runs after the handshake and before the first application byte, once everything else has passed, so it never sees a stranger's certificate.
/// A singleton, called by many connections at once; what needs a scope takes an <c>IServiceScopeFactory</c>.
/// An exception or a passed deadline refuses the peer.
/// </remarks>
public interface IPeerValidator
{
    /// <summary>Gets the name that findings and logs show.</summary>
    string Name { get; }

    /// <summary>Looks at the peer, and calls <see cref="PeerValidationContext.Refuse"/> if it may not connect.</summary>
    /// <param name="context">The peer.</param>
    /// <param name="cancellationToken">Cancelled at the deadline, or when the connection is given up.</param>
    /// <returns>A task that ends with the answer.</returns>
    ValueTask ValidateAsync(PeerValidationContext context, CancellationToken cancellationToken);
}
