using MutualTls.Handshakes.Servers;
using MutualTls.Handshakes.Starting;

namespace MutualTls.PerformancePage;

/// <summary>Names the servers for people.</summary>
internal static class Names
{
    public static string Of(string kind) => Enum.Parse<ServerKind>(kind) switch
    {
        ServerKind.Floor => "SslStream, nothing checked",
        ServerKind.RefusingFloor => "SslStream, octets compared, no chain",
        ServerKind.Callback => "SslStream, X509Chain in the callback",
        ServerKind.ChainPolicy => "SslStream, CertificateChainPolicy",
        ServerKind.MutualTls => "MutualTls, every check on",
        ServerKind.MutualTlsOcsp => "MutualTls, OCSP asked about each client",
        ServerKind.Nginx => "nginx",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind of server that has no name yet."),
    };

    public static string OfStart(string kind) => Enum.Parse<StartKind>(kind) switch
    {
        StartKind.Floor => "SslStream, nothing checked",
        StartKind.ChainPolicy => "SslStream, CertificateChainPolicy",
        StartKind.MutualTls => "MutualTlsListener, every check on",
        StartKind.MutualTlsUnrehearsed => "MutualTlsListener, no rehearsal",
        StartKind.Kestrel => "Kestrel, CertificateChainPolicy",
        StartKind.KestrelMutualTls => "Kestrel with UseMutualTls",
        StartKind.KestrelMutualTlsUnrehearsed => "Kestrel with UseMutualTls, no rehearsal",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A kind of server that has no name yet."),
    };
}
