using System.Security.Cryptography.X509Certificates;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Policies;

/// <summary>Intermediates that one engine or policy has seen are hints for another, and never harm it.</summary>
/// <remarks>What is kept here stays in the pool of the process, which other tests read: no CA has a name that another's may have.</remarks>
public class SharedIntermediatesTests
{
    // A CA that was renewed keeps its name: what an engine knows of it must not hide what the others know.
    [Fact]
    public void Judge_RenewedIntermediateKnownToAnotherEngine_IsAccepted()
    {
        string name = Name();
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot(), before = root.IssueIntermediate(name), renewed = root.IssueIntermediate(name);
        TestCertificate old = before.IssueClient("old.test"), young = renewed.IssueClient("young.test");
        PeerPolicy policy = Pair.Trusting(root);
        PeerPolicyEngine one = Serving(), other = Serving();
        Assert.True(one.Judge(policy, PeerRole.Client, Pair.Presented(old)).IsAccepted);
        Assert.True(other.Judge(Pair.Trusting(root), PeerRole.Client, Pair.Presented(young)).IsAccepted);
        PeerVerdict verdict = one.Judge(policy, PeerRole.Client, new PresentedChain(young.Der));
        Assert.True(verdict.IsAccepted, verdict.ToString());
    }

    // Whoever holds a CA under one policy can name others as it likes: that must not stand in the way of a chain that is whole.
    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 4)]
    [InlineData(false, 4)]
    [InlineData(true, 300)]
    public void Judge_IntermediatesOfTheSameNameFromElsewhere_ChainThatIsWholeIsAccepted(bool sameEngine, int count)
    {
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot(Name()), policyCa = root.IssueIntermediate(Name()), issuing = policyCa.IssueIntermediate(Name());
        TestCertificate client = issuing.IssueClient("client.test");
        TestCertificateAuthority weak = TestCertificateAuthority.CreateRoot(), hostile = weak.IssueIntermediate(null, c => c.WithSubject(root.Subject));
        PeerPolicyEngine one = Serving(), other = sameEngine ? one : Serving();
        PeerPolicy trustsWeak = Pair.Trusting(weak);
        for (int i = 0; i < count; i++)
        {
            TestCertificateAuthority twin = hostile.IssueIntermediate(null, c => c.WithSubject(issuing.Subject).WithSubjectKeyIdentifier(Skid(issuing)));
            Assert.True(one.Judge(trustsWeak, PeerRole.Client, Pair.Presented(twin.IssueClient("hostile.test"))).IsAccepted);
        }

        PeerVerdict verdict = other.Judge(Pair.Trusting(root), PeerRole.Client, Pair.Presented(client));
        Assert.True(verdict.IsAccepted, verdict.ToString());
    }

    [Fact]
    public void Judge_LoneEndEntityAndHostileTwins_SaysIssuerUnknown()
    {
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot(), issuing = root.IssueIntermediate();
        TestCertificate client = issuing.IssueClient("client.test");
        TestCertificateAuthority weak = TestCertificateAuthority.CreateRoot(), hostile = weak.IssueIntermediate(null, c => c.WithSubject(root.Subject));
        PeerPolicyEngine one = Serving(), other = Serving();
        TestCertificateAuthority twin = hostile.IssueIntermediate(null, c => c.WithSubject(issuing.Subject).WithSubjectKeyIdentifier(Skid(issuing)));
        Assert.True(one.Judge(Pair.Trusting(weak), PeerRole.Client, Pair.Presented(twin.IssueClient("hostile.test"))).IsAccepted);
        PeerVerdict verdict = other.Judge(Pair.Trusting(root), PeerRole.Client, new PresentedChain(client.Der));
        Assert.Equal(ValidationReason.IssuerUnknown, verdict.Primary!.Value.Reason);
    }

    private static string Name() => $"CA {Guid.NewGuid():N}";

    private static byte[] Skid(TestCertificateAuthority ca)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(ca.Der.Span);
        return certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single().SubjectKeyIdentifierBytes.ToArray();
    }

    private static PeerPolicyEngine Serving()
    {
        PeerPolicyEngine engine = new();
        engine.ServeSessions();
        return engine;
    }
}
