using MutualTls.Identities;
using MutualTls.Pinning;
using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Identities;

public class PeerIdentityTests
{
    [Fact]
    public void Identity_NamesOfEveryKind_AreToldAsText()
    {
        TestPki pki = TestPki.With(client: c => c.WithSan(n => n
            .Dns("pump.example").Uri("spiffe://plant.example/pump").Email("ops@plant.example").Ip("2001:db8::7").Upn("ann@corp.example").OtherName("1.2.3", [0x0C, 1, (byte)'7'])));

        PeerVerdict verdict = Pair.JudgeClient(pki);
        PeerIdentity identity = verdict.Identity!;

        Assert.Equal(["pump.example"], identity.DnsNames);
        Assert.Equal(["spiffe://plant.example/pump"], identity.Uris);
        Assert.Equal("plant.example", identity.SpiffeId!.TrustDomain.Name);
        Assert.Equal(["ops@plant.example"], identity.EmailAddresses);
        Assert.Equal(["2001:db8::7"], identity.IpAddresses);
        Assert.Equal(["ann@corp.example"], identity.UserPrincipalNames);
        Assert.Equal(Convert.ToHexString(pki.Client.SerialNumber.Span), identity.SerialNumber);
        Assert.Equal(SpkiPin.Of(verdict.Path!.EndEntity), SpkiPin.Parse(identity.PublicKeyPin));
    }

    // X509-SVID section 2: a SPIFFE ID counts only as the one URI.
    [Theory]
    [InlineData("spiffe://plant.example/pump", true)]
    [InlineData("spiffe://plant.example/Pump", false)]
    [InlineData("urn:other", true)]
    public void Matches_Uri_OctetForOctet(string wanted, bool matches)
    {
        ReferenceIdentity expected = ReferenceIdentity.ForUri(wanted);
        TestPki one = TestPki.With(client: c => c.WithSan(n => n.Uri(wanted.StartsWith("spiffe", StringComparison.Ordinal) ? "spiffe://plant.example/pump" : "urn:other")));
        TestPki two = TestPki.With(client: c => c.WithSan(n => n.Uri("spiffe://plant.example/pump").Uri("urn:other")));

        Assert.Equal(matches, expected.Matches(Pair.JudgeClient(one).Path!));
        Assert.Equal(wanted == "urn:other", expected.Matches(Pair.JudgeClient(two).Path!));
    }

    [Fact]
    public void Judge_AnonymousClient_StandsWithoutEnd()
    {
        TestPki pki = new();
        PeerVerdict verdict = new PeerPolicyEngine().Judge(Pair.Trusting(pki.Root, p => p.CertificateOptional()), PeerRole.Client, PresentedChain.None);
        Assert.True(verdict.IsAccepted);
        Assert.Equal(DateTimeOffset.MaxValue, verdict.Until);
    }
}
