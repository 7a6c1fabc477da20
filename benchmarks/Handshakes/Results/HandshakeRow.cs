using MutualTls.Handshakes.Clients;

namespace MutualTls.Handshakes.Results;

/// <summary>One row of a table of handshakes.</summary>
/// <param name="Server">What kind of server.</param>
/// <param name="Protocol">TLS 1.2 or 1.3.</param>
/// <param name="Client">What the client does.</param>
/// <param name="Microseconds">The server's processor time of one connection.</param>
/// <param name="Ratio">How many times the floor's that is.</param>
/// <param name="Bytes">What the server allocated on it; null where it cannot be told.</param>
internal sealed record HandshakeRow(string Server, string Protocol, string Client, double Microseconds, double Ratio, double? Bytes)
{
    public static HandshakeRow Of(ScenarioResult result) => new(
        result.Scenario.Kind.ToString(),
        result.Scenario.ProtocolName,
        result.Scenario.Client.Name(),
        Math.Round(result.Cpu.TotalMicroseconds, 1),
        Math.Round(result.Ratio, 4),
        double.IsNaN(result.Bytes) ? null : result.Bytes);
}
