using MutualTls.Policies;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Http;

/// <summary>RFC 9440: what a backend is told of whose request it is.</summary>
public class ClientCertTests
{
    private readonly TestPki _pki = new();

    [Fact]
    public void Set_VerifiedClient_TellsItsCertificateAndChain()
    {
        using HttpRequestMessage request = new();
        request.SetClientCert(Pair.JudgeClient(_pki));
        Assert.Equal([_pki.Client.Der.ToArray()], Read(request, "Client-Cert"));
        Assert.Equal([_pki.Issuing.Der.ToArray()], Read(request, "Client-Cert-Chain"));
    }

    // The path that was verified, whatever else was sent along.
    [Fact]
    public void Set_ClientThatSentJunk_TellsThePathOnly()
    {
        TestPki stranger = new();
        PeerVerdict verdict = new PeerPolicyEngine().Judge(
            Pair.Trusting(_pki.Root), PeerRole.Client, new PresentedChain([_pki.Client.Der, stranger.Client.Der, _pki.Root.Der, _pki.Issuing.Der]));
        using HttpRequestMessage request = new();
        request.SetClientCert(verdict);
        Assert.Equal([_pki.Issuing.Der.ToArray()], Read(request, "Client-Cert-Chain"));
    }

    [Fact]
    public void Set_ClientRightBelowTheAnchor_HasNoChain()
    {
        using HttpRequestMessage request = new();
        request.SetClientCert(Pair.JudgeClient(_pki, _pki.Root.IssueClient("direct.test")));
        Assert.True(request.Headers.Contains("Client-Cert"));
        Assert.False(request.Headers.Contains("Client-Cert-Chain"));
    }

    // Pitfall 13: a proxy that passes on what a stranger wrote.
    [Theory]
    [InlineData("nobody")]
    [InlineData("refused")]
    [InlineData("anonymous")]
    [InlineData("audited")]
    public void Set_NobodyAuthenticated_RemovesWhatIsThere(string who)
    {
        TestPki stranger = new();
        PeerVerdict? verdict = who switch
        {
            "refused" => Pair.JudgeClient(stranger, policy: Pair.Trusting(_pki.Root)),
            "anonymous" => new PeerPolicyEngine().Judge(Pair.Trusting(_pki.Root, p => p.Options.Certificate = PeerCertificateMode.Optional), PeerRole.Client, PresentedChain.None),
            "audited" => Pair.JudgeClient(stranger, policy: Pair.Trusting(_pki.Root, p => p.Options.Dangerous.AuditOnly = true)),
            _ => null,
        };
        using HttpRequestMessage request = new();
        request.Headers.Add("Client-Cert", ":AAAA:");
        request.Headers.Add("client-cert-chain", [":AAAA:", ":BBBB:"]);
        request.SetClientCert(verdict);
        Assert.Empty(request.Headers);
    }

    [Fact]
    public void Set_VerdictOnAServer_IsAnError()
    {
        using HttpRequestMessage request = new();
        Assert.Throws<ArgumentException>(() => request.SetClientCert(Pair.JudgeServer(_pki)));
    }

    [Fact]
    public async Task Set_OverTheWire_IsOneHeaderEach()
    {
        await using KestrelPeer server = await KestrelPeer.StartAsync(_pki.Server, context =>
            context.Response.Body.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"{context.Request.Headers["Client-Cert"].Count} {context.Request.Headers["Client-Cert-Chain"]}")).AsTask());
        using HttpClient client = HttpPair.Client(HttpPair.Options(_pki));
        using HttpRequestMessage request = new(HttpMethod.Get, server.Uri);
        request.SetClientCert(Pair.JudgeClient(_pki));
        using HttpResponseMessage response = await client.SendAsync(request, Pair.Stop);
        Assert.Equal($"1 :{Convert.ToBase64String(_pki.Issuing.Der.Span)}:", await response.Content.ReadAsStringAsync(Pair.Stop));
    }

    private static IEnumerable<byte[]> Read(HttpRequestMessage request, string name) =>
        Assert.Single(request.Headers.GetValues(name)).Split(", ").Select(item => Convert.FromBase64String(item[1..^1]));

}
