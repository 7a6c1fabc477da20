namespace MutualTls.Handshakes.Clients;

/// <summary>What a client does to a server.</summary>
internal enum ClientKind
{
    /// <summary>A full handshake with a certificate that was seen before.</summary>
    Full,

    /// <summary>It resumes its session.</summary>
    Resumed,

    /// <summary>A full handshake with a certificate that was never seen, each time another.</summary>
    FirstSight,

    /// <summary>It is refused: its CA is its own.</summary>
    Stranger,

    /// <summary>It is refused: its certificate names the issuer of the good ones, and the signature is not that issuer's.</summary>
    Impostor,
}

internal static class ClientKinds
{
    public static bool IsRefused(this ClientKind kind) => kind is ClientKind.Stranger or ClientKind.Impostor;

    public static string Name(this ClientKind kind) => kind switch
    {
        ClientKind.Full => "full",
        ClientKind.Resumed => "resumed",
        ClientKind.FirstSight => "full, first sight",
        ClientKind.Stranger => "refused, of another CA",
        _ => "refused, forged",
    };
}
