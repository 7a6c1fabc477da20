using MutualTls.Policies;

namespace MutualTls.AspNetCore.Forwarded;

/// <summary>Tells what was found of a certificate that a trusted proxy forwarded. Found in the features of a request, never in those of its connection.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public interface IForwardedCertificateFeature
{
    /// <summary>Gets the verdict. Ask <see cref="PeerVerdict.IsAuthenticated"/> before anything is granted.</summary>
    PeerVerdict Verdict { get; }
}
