using System.Security.Authentication;
using MutualTls.Handshakes.Clients;
using MutualTls.Handshakes.Servers;

namespace MutualTls.Handshakes;

/// <summary>What is measured: a server, and what a client does to it.</summary>
/// <param name="Kind">The server.</param>
/// <param name="Protocol">TLS 1.2 or 1.3.</param>
/// <param name="Client">The client.</param>
internal sealed record Scenario(ServerKind Kind, SslProtocols Protocol, ClientKind Client = ClientKind.Full)
{
    /// <summary>Gets the scenario that this one is compared with.</summary>
    public Scenario Floor => this with { Kind = ServerKind.Floor, Client = Client == ClientKind.FirstSight ? ClientKind.Full : Client };

    public string ProtocolName => Protocol == SslProtocols.Tls13 ? "TLS 1.3" : "TLS 1.2";

    /// <summary>Gets all that is measured where everybody is let in.</summary>
    /// <param name="kinds">The servers that are there.</param>
    public static IEnumerable<Scenario> All(IReadOnlyCollection<ServerKind> kinds) =>
        from protocol in (SslProtocols[])[SslProtocols.Tls13, SslProtocols.Tls12]
        from kind in kinds
        from client in Enum.GetValues<ClientKind>()
        where IsSensible(kind, client) && !client.IsRefused()
        select new Scenario(kind, protocol, client);

    public override string ToString() => $"{Kind}, {ProtocolName}, {Client.Name()}";

    private static bool IsSensible(ServerKind kind, ClientKind client) => kind switch
    {
        ServerKind.RefusingFloor => false,
        ServerKind.MutualTls => true,
        ServerKind.MutualTlsOcsp => client == ClientKind.FirstSight,
        _ => client != ClientKind.FirstSight,
    };
}

/// <summary>What was measured of a scenario.</summary>
/// <param name="Scenario">What was measured.</param>
/// <param name="Cpu">The server's processor time of one connection: the median of the rounds.</param>
/// <param name="Ratio">How many times the floor's that is: the median of the ratios within each round.</param>
/// <param name="Bytes">What the server's thread allocated on it, the median of the rounds; NaN where it cannot be told.</param>
internal sealed record ScenarioResult(Scenario Scenario, TimeSpan Cpu, double Ratio, double Bytes);
