using MutualTls.Handshakes.Servers;

namespace MutualTls.PerformancePage;

/// <summary>Names the servers for people.</summary>
internal static class Names
{
    public static string Of(string kind) => Enum.Parse<ServerKind>(kind) switch
    {
        ServerKind.Floor => "SslStream, nothing checked",
        ServerKind.Callback => "SslStream, X509Chain in the callback",
        ServerKind.ChainPolicy => "SslStream, CertificateChainPolicy",
        ServerKind.MutualTls => "MutualTls, every check on",
        ServerKind.MutualTlsOcsp => "MutualTls, OCSP asked about each client",
        ServerKind.Nginx => "nginx",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind of server that has no name yet."),
    };
}
