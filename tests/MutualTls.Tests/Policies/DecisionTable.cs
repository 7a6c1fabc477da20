using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Policies;
using MutualTls.Testing;

namespace MutualTls.Tests.Policies;

/// <summary>What policies decide, row by row: the peer, the policy, and the reason for which it is refused, or None.</summary>
public partial class DecisionTable
{
    private const ValidationReason In = ValidationReason.None;

    private static readonly TestCertificateAuthority Root = TestCertificateAuthority.CreateRoot("Root"), StrangerRoot = TestCertificateAuthority.CreateRoot("Stranger Root");

    private static readonly TestCertificateAuthority Devices = Root.IssueIntermediate("Devices CA", c => c.WithSubject(TestName.Empty.And(TestOids.Organization, "Acme").And(TestOids.CommonName, "Devices CA")));

    private static readonly TestCertificateAuthority Users = Root.IssueIntermediate("Users CA");

    private static readonly TestKey Key = TestKey.Generate();

    private static readonly Lazy<Dictionary<string, Decision>> All = new(() => NameRows().Concat(ServerRows()).Concat(PinRows()).Concat(ListRows()).Concat(FitnessRows()).ToDictionary(row => row.Name));

    public static TheoryData<string> Rows => [.. All.Value.Keys];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Judge_Row_IsDecidedSo(string row)
    {
        Decision decision = All.Value[row];
        PeerPolicy policy = PeerPolicy.Create("table", p =>
        {
            p.WithoutRevocation().TrustPemText(Root.ToPem());
            decision.Policy(p);
        });

        PeerVerdict verdict = new PeerPolicyEngine().Judge(
            policy, decision.Role, decision.Peer(), decision.Host is null ? null : ReferenceIdentity.ForHost(decision.Host));

        Assert.Equal(decision.Reason, verdict.Primary?.Reason ?? In);
        Assert.Equal(decision.Reason == In, verdict.IsAuthenticated);
    }

    [Fact]
    public void Rows_All_AreAtLeastTwoHundred() => Assert.True(All.Value.Count >= 200, $"{All.Value.Count} rows");

    private static Decision Client(string name, Action<TestCertificateSpec> peer, Action<PeerPolicyBuilder> policy, ValidationReason reason, TestCertificateAuthority? issuer = null) =>
        new(name, () => Presented((issuer ?? Devices).IssueClient("peer", c => peer(c.WithKey(Key)))), policy, reason);

    private static PresentedChain Presented(TestCertificate certificate) => Support.Pair.Presented(certificate);

    /// <summary>One row.</summary>
    /// <param name="Name">What it is about.</param>
    /// <param name="Peer">What the peer presents.</param>
    /// <param name="Policy">What is demanded.</param>
    /// <param name="Reason">The reason shown first, or None if the peer comes in.</param>
    private sealed record Decision(string Name, Func<PresentedChain> Peer, Action<PeerPolicyBuilder> Policy, ValidationReason Reason)
    {
        public PeerRole Role { get; init; } = PeerRole.Client;

        public string? Host { get; init; }
    }
}
