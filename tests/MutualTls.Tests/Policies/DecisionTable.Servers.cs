using MutualTls.Findings;
using MutualTls.Policies;

namespace MutualTls.Tests.Policies;

/// <content>Servers: the host that was dialled, or what the policy puts in its place.</content>
public partial class DecisionTable
{
    private const ValidationReason Mismatch = ValidationReason.NameMismatch;

    private static readonly (string Peer, string Dialled, ValidationReason Reason)[] DialTable =
    [
        ("dns:orders.example", "orders.example", In),
        ("dns:orders.example", "ORDERS.example.", In),
        ("dns:orders.example", "other.example", Mismatch),
        ("dns:*.part.example", "orders.part.example", In),
        ("dns:*.part.example", "a.orders.part.example", Mismatch),
        ("dns:*.part.example", "part.example", Mismatch),
        ("dns:*.example", "orders.example", Mismatch),
        ("dns:o*.part.example", "orders.part.example", Mismatch),
        ("ip:10.0.0.7", "10.0.0.7", In),
        ("dns:10.0.0.7", "10.0.0.7", Mismatch),
        ("cn:orders.example", "orders.example", Mismatch),
        ("uri:https://orders.example/", "orders.example", Mismatch),
        ("email:x@orders.example", "orders.example", Mismatch),
        ("dns:xn--bcher-kva.example", "bücher.example", In),
    ];

    private static IEnumerable<Decision> ServerRows() =>
    [
        .. DialTable.Select(row => Server($"server has {row.Peer} | dial {row.Dialled}", row.Peer, row.Dialled, _ => { }, row.Reason)),
        Server("no host to compare with", "dns:a.example", null, _ => { }, Mismatch),
        Server("identified by a SPIFFE ID", "uri:spiffe://backend.example/orders", null, p => p.IdentifyServerBy("uri:spiffe://backend.example/orders"), In),
        Server("identified by another SPIFFE ID", "uri:spiffe://backend.example/users", null, p => p.IdentifyServerBy("uri:spiffe://backend.example/orders"), Mismatch),
        Server("identified by one of two", "uri:urn:b", null, p => p.IdentifyServerBy("uri:urn:a", "uri:urn:b"), In),
        Server("identified by another DNS name", "dns:real.example", null, p => p.IdentifyServerBy("dns:real.example"), In),
        Server("identified, and a host is asked for too", "uri:urn:a", "orders.example", p => p.IdentifyServerBy("uri:urn:a"), Mismatch),
        Server("identified, and has the host too", "uri:urn:a dns:orders.example", "orders.example", p => p.IdentifyServerBy("uri:urn:a"), In),
        Server("any server name", "dns:a.example", null, p => p.Options.Dangerous.AcceptAnyServerName = true, In),
        Server("any server name, and a denied one", "dns:a.example", null, p => p.DenyName("dns:a.example").Options.Dangerous.AcceptAnyServerName = true, Denied),
        Server("host and allowed name", "dns:orders.example uri:urn:a", "orders.example", p => p.AllowUri("urn:a"), In),
        Server("host and no allowed name", "dns:orders.example", "orders.example", p => p.AllowUri("urn:a"), NotAllowed),
        Named("a client is not identified as a server", "dns:a.example", p => p.IdentifyServerBy("uri:urn:a"), In),
    ];

    private static Decision Server(string name, string names, string? host, Action<PeerPolicyBuilder> policy, ValidationReason reason) =>
        new(name, () => Presented(Devices.IssueServer("peer", c => Write(c.WithKey(Key), names))), policy, reason) { Role = PeerRole.Server, Host = host };
}
