using MutualTls.Policies;

namespace MutualTls.Connections;

/// <summary>Names what ended a connection.</summary>
public enum MutualTlsError
{
    /// <summary>We refused the peer; <see cref="MutualTlsException.Verdict"/> says why.</summary>
    PeerRefused,

    /// <summary>The peer closed the connection where that usually means that it refused us; its log says why.</summary>
    RefusedByPeer,

    /// <summary>The TLS handshake failed before a verdict was reached.</summary>
    HandshakeFailed,

    /// <summary>The handshake was not done within its deadline.</summary>
    HandshakeTimedOut,

    /// <summary>The connection was open, and was closed because the peer would no longer be let in; <see cref="MutualTlsException.Verdict"/> says why.</summary>
    VerdictLost,

    /// <summary>The server asked for a certificate of issuers that none of ours leads to; nothing was presented.</summary>
    NoSuitableCredential,
}

/// <summary>Tells that a connection was refused or could not be made.</summary>
public sealed class MutualTlsException : IOException
{
    internal MutualTlsException(MutualTlsError error, string message, PeerVerdict? verdict = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Error = error;
        Verdict = verdict;
    }

    /// <summary>Gets what ended the connection.</summary>
    public MutualTlsError Error { get; }

    /// <summary>Gets our verdict on the peer, if one was reached. It says nothing of what the peer thought of us: with <see cref="MutualTlsError.RefusedByPeer"/> it is accepted, so go by <see cref="Error"/>.</summary>
    public PeerVerdict? Verdict { get; }

    internal static MutualTlsException Refused(PeerVerdict verdict, Exception? innerException = null) =>
        new(MutualTlsError.PeerRefused, $"The peer was refused by policy '{verdict.Policy.Name}': {verdict.Primary}. {verdict.Primary?.Hint}", verdict, innerException);

    /// <summary>Tells of an open connection whose verdict no longer stands.</summary>
    internal static MutualTlsException Lost(PeerVerdict verdict, Exception? innerException = null) => new(
        MutualTlsError.VerdictLost,
        $"The connection was closed because policy '{verdict.Policy.Name}' would no longer let the peer in: {verdict.Primary}. {verdict.Primary?.Hint}", verdict, innerException);

    /// <summary>Tells of a TLS handshake that failed before a verdict was reached.</summary>
    internal static MutualTlsException Failed(Exception exception, PeerVerdict? verdict = null) => new(
        MutualTlsError.HandshakeFailed, $"The TLS handshake failed: {exception.InnerException?.InnerException?.Message ?? exception.Message} {HintOf(exception)}", verdict, exception);

    /// <summary>Tells of a handshake that had to give way.</summary>
    internal static MutualTlsException Overtaken(Exception exception) => new(
        MutualTlsError.HandshakeTimedOut,
        $"The handshake was not done within {HandshakePlaces.LeastTime.TotalSeconds:0} s, and others waited for its place.", verdict: null, exception);

    // OpenSSL verifies what signatures it can, whatever it was told; one that fails leaves an error behind, which then fails the handshake before any callback.
    private static string HintOf(Exception exception) => exception.InnerException?.InnerException?.Message.Contains("asn1 encoding routines", StringComparison.Ordinal) == true
        ? "A signature among the certificates that the peer presented does not verify."
        : "If the peer refused our certificate, its log says why.";
}
