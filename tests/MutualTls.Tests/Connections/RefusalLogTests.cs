using MutualTls.Diagnostics;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;
using Log = MutualTls.Connections.Log;

namespace MutualTls.Tests.Connections;

/// <summary>Who was refused can be found in the log of the end that refused: the other end is told to look there.</summary>
public class RefusalLogTests
{
    private readonly EventRecord _log = new();
    private readonly TestPki _pki = new();

    [Theory]
    [InlineData(false, EventIds.PeerRefused)]
    [InlineData(true, EventIds.PeerAudited)]
    public void Judged_Refused_TellsSubjectAndFingerprint(bool audits, int id)
    {
        TestCertificate stranger = TestCertificate.CreateSelfSigned(c => c.WithSubject("stranger.test"));
        PeerVerdict verdict = Pair.JudgeClient(_pki, stranger, Pair.Trusting(_pki.Root, p => p.Options.Dangerous.AuditOnly = audits));

        Log.Judged(_log, verdict);

        string text = Assert.Single(_log.TextsOf(id));
        Assert.Contains(verdict.EndEntity!.Subject, text, StringComparison.Ordinal);
        Assert.Contains(verdict.EndEntity.Sha256Fingerprint, text, StringComparison.Ordinal);
        Assert.Contains(verdict.Primary!.Value.Code, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Judged_NoCertificate_TellsUnknown()
    {
        Log.Judged(_log, new PeerPolicyEngine().Judge(Pair.Trusting(_pki.Root), PeerRole.Client, new PresentedChain([])));
        Assert.Contains("Client unknown, SHA-256 -", Assert.Single(_log.TextsOf(EventIds.PeerRefused)), StringComparison.Ordinal);
    }

    // What he says of his issuer is as long as he likes, too.
    [Fact]
    public void Judged_IssuerOfStranger_IsShort()
    {
        TestCertificate stranger = new TestPki().Issuing.IssueClient("x", c => c.WithIssuerName(TestName.Cn(new string('d', 1000))));
        Log.Judged(_log, Pair.JudgeClient(_pki, stranger));
        string text = Assert.Single(_log.TextsOf(EventIds.PeerRefused));
        Assert.Contains("ddd...' was presented", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 300, 800);
    }

    // A CA that is trusted may sign any octets as a name.
    [Fact]
    public void Judged_NameOfPeerWithAPath_IsShortAndOneLine()
    {
        TestPki pki = TestPki.With(client: c => c.WithSan(n => n.Uri("spiffe://a.test/b\n\u001bc" + new string('c', 5000))));
        PeerVerdict verdict = Pair.JudgeClient(pki, policy: Pair.Trusting(pki.Root, p => p.AllowDns("other.test")));
        Assert.NotNull(verdict.Identity);

        Log.Judged(_log, verdict);

        string text = Assert.Single(_log.TextsOf(EventIds.PeerRefused));
        Assert.DoesNotContain(text, char.IsControl);
        Assert.Contains("b??c", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 300, 1200);
    }

    // A stranger chooses his name: it must neither fill the log nor write lines of its own.
    [Fact]
    public void Judged_NameOfStranger_IsShortAndOneLine()
    {
        TestCertificate stranger = new TestPki().Issuing.IssueClient("x", c => c.WithSubject("a\nb" + new string('c', 1000)));
        Log.Judged(_log, Pair.JudgeClient(_pki, stranger));
        string text = Assert.Single(_log.TextsOf(EventIds.PeerRefused));
        Assert.DoesNotContain('\n', text);
        Assert.Contains("ccc...", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 300, 900);
    }
}
