namespace MutualTls.Revocation;

/// <summary>Says whether a policy asks for what it does not know.</summary>
public enum RevocationFetching
{
    /// <summary>It is fetched, beside the handshake and never in it.</summary>
    Allowed,

    /// <summary>Only what is configured counts; nobody is asked.</summary>
    Never,
}
