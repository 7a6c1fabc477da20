using System.Security.Authentication;
using MutualTls.Handshakes.Servers;

namespace MutualTls.Handshakes;

/// <summary>What is measured: a server, and what a client does to it.</summary>
/// <param name="Kind">The server.</param>
/// <param name="Protocol">TLS 1.2 or 1.3.</param>
/// <param name="Resumes">Whether the client resumes its session.</param>
/// <param name="NewLeaf">Whether the client shows a certificate that was never seen before, each time.</param>
internal sealed record Scenario(ServerKind Kind, SslProtocols Protocol, bool Resumes = false, bool NewLeaf = false)
{
    /// <summary>Gets the scenario that this one is compared with.</summary>
    public Scenario Floor => new(ServerKind.Floor, Protocol, Resumes);

    public string ProtocolName => Protocol == SslProtocols.Tls13 ? "TLS 1.3" : "TLS 1.2";

    public string Client => NewLeaf ? "full, first sight" : Resumes ? "resumed" : "full";

    /// <summary>Gets all that can be measured.</summary>
    /// <param name="kinds">The servers that are there.</param>
    public static IEnumerable<Scenario> All(IReadOnlyCollection<ServerKind> kinds)
    {
        foreach (SslProtocols protocol in (SslProtocols[])[SslProtocols.Tls13, SslProtocols.Tls12])
        {
            foreach (ServerKind kind in kinds)
            {
                if (kind != ServerKind.MutualTlsOcsp)
                {
                    yield return new Scenario(kind, protocol);
                    yield return new Scenario(kind, protocol, Resumes: true);
                }

                if (kind is ServerKind.MutualTls or ServerKind.MutualTlsOcsp)
                {
                    yield return new Scenario(kind, protocol, NewLeaf: true);
                }
            }
        }
    }

    public override string ToString() => $"{Kind}, {ProtocolName}, {Client}";
}

/// <summary>What was measured of a scenario.</summary>
/// <param name="Scenario">What was measured.</param>
/// <param name="Cpu">The server's processor time of one connection: the median of the rounds.</param>
/// <param name="Ratio">How many times the floor's that is: the median of the ratios within each round.</param>
/// <param name="Bytes">What the server's thread allocated on it, the median of the rounds; NaN where it cannot be told.</param>
internal sealed record ScenarioResult(Scenario Scenario, TimeSpan Cpu, double Ratio, double Bytes);
