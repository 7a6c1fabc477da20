using System.Net.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using MutualTls.AspNetCore.Features;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Testing;

namespace MutualTls.AspNetCore.Tests.Endpoints;

/// <summary>Each connection is judged before its first request.</summary>
public class EndpointGateTests
{
    private static readonly TestPki s_pki = new(), s_other = new();

    [Theory]
    [MemberData(nameof(Caller.Versions), MemberType = typeof(Caller))]
    public async Task Request_GoodClient_FindsTheVerdictOnItsConnection(string version)
    {
        IMutualTlsFeature? found = null;
        await using App app = await App.StartAsync(s_pki, use: web => web.Use((context, next) =>
        {
            found = context.Features.Get<IMutualTlsFeature>();
            return next(context);
        }));
        using HttpClient client = Caller.Create(app.Port, s_pki.Client, version);

        Assert.Equal("partners client.test", await client.CallAsync());

        Assert.True(found!.Verdict.IsAuthenticated);
        Assert.Equal(("partners", "localhost"), (found.PolicyName, found.ServerName));
        Assert.Equal(2, found.Path!.Certificates.Count);
        Assert.Equal(s_pki.Client.Sha256Fingerprint, found.Verdict.Identity!.Sha256Fingerprint);
        await app.Log.WaitForAsync("accepted Client client.test");
    }

    // Pitfall 8: without a certificate, and with a bad one, whatever is spoken.
    [Theory]
    [MemberData(nameof(Caller.Versions), MemberType = typeof(Caller))]
    public async Task Connect_BadClient_ReachesNothing(string version)
    {
        await using App app = await App.StartAsync(s_pki);
        foreach ((TestCertificate? certificate, string code) in ((TestCertificate?, string)[])[
            (null, "MTLS1001"), (s_other.Client, "IssuerUnknown"), (TestPki.With(client: c => c.Expired()).Client, "refused"), (s_pki.Server, "PurposeNotAllowed")])
        {
            using HttpClient client = Caller.Create(app.Port, certificate, version);
            await Assert.ThrowsAsync<HttpRequestException>(() => client.CallAsync());
            await app.Log.WaitForAsync(code);
        }

        Assert.Empty(app.Reached);
    }

    [Fact]
    public async Task Connect_WithoutCertificateWhereOptional_IsNobody()
    {
        await using App app = await App.StartAsync(s_pki, p => p.CertificateOptional());
        using HttpClient anonymous = Caller.Create(app.Port, certificate: null), stranger = Caller.Create(app.Port, s_other.Client), known = Caller.Create(app.Port, s_pki.Client);
        Assert.Equal("partners nobody", await anonymous.CallAsync());
        await Assert.ThrowsAsync<HttpRequestException>(() => stranger.CallAsync());
        Assert.Equal("partners client.test", await known.CallAsync());
    }

    // Whoever is let in by the audit alone is worth nothing, also to code that looks for the certificate past the verdict.
    [Theory]
    [MemberData(nameof(Caller.Versions), MemberType = typeof(Caller))]
    public async Task Connect_StrangerUnderAudit_IsNobodyAndHasNoCertificate(string version)
    {
        bool? has = null;
        string scheme = "";
        await using App app = await App.StartAsync(s_pki, p => p.Options.Dangerous.AuditOnly = true, use: web => web.Use(async (context, next) =>
        {
            has = context.Connection.ClientCertificate is not null || await context.Connection.GetClientCertificateAsync() is not null
                || context.Features.Get<IMutualTlsFeature>()!.Path is not null;
            scheme = context.Request.Scheme;
            await next(context);
        }));
        using HttpClient client = Caller.Create(app.Port, s_other.Client, version);
        Assert.Equal("partners nobody", await client.CallAsync());
        Assert.False(has);
        Assert.Equal("https", scheme);
    }

    [Fact]
    public async Task Connect_ValidatorTakesItsTime_IsAwaitedBeforeTheFirstRequest()
    {
        TaskCompletionSource answer = new(), asked = new();
        await using App app = await App.StartAsync(s_pki, p => p.AddValidator("slow", async (_, stop) =>
        {
            asked.TrySetResult();
            await answer.Task.WaitAsync(stop);
        }));
        using HttpClient client = Caller.Create(app.Port, s_pki.Client);
        Task<string> calling = client.CallAsync();
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30), App.Stop);
        Assert.Empty(app.Reached);
        answer.SetResult();
        Assert.Equal("partners client.test", await calling);
    }

    [Fact]
    public async Task Connect_ValidatorRefuses_ReachesNothing()
    {
        await using App app = await App.StartAsync(s_pki, p => p.AddValidator("never", (context, _) =>
        {
            context.Refuse("no");
            return ValueTask.CompletedTask;
        }));
        using HttpClient client = Caller.Create(app.Port, s_pki.Client);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.CallAsync());
        await app.Log.WaitForAsync("ValidatorRefused");
        Assert.Empty(app.Reached);
    }

    // Pitfall 3 over HTTP: resumed sessions bring no intermediates.
    [Theory]
    [MemberData(nameof(Caller.Versions), MemberType = typeof(Caller))]
    public async Task Connect_FiveTimes_IsAcceptedFiveTimes(string version)
    {
        TestPki pki = new();
        await using App app = await App.StartAsync(pki);
        for (int i = 0; i < 5; i++)
        {
            using HttpClient client = Caller.Create(app.Port, pki.Client, version, resumes: true);
            Assert.Equal("partners client.test", await client.CallAsync());
        }
    }

    // Pitfall 19: with DelayCertificate a certificate comes on the request's path, after the gate. Here there is nothing to delay.
    [Fact]
    public async Task GetClientCertificate_OfAnonymous_AsksNobody()
    {
        bool? has = null;
        await using App app = await App.StartAsync(s_pki, p => p.CertificateOptional(), protocols: HttpProtocols.Http1, use: web => web.Use(async (context, next) =>
        {
            has = await context.Connection.GetClientCertificateAsync() is not null;
            await next(context);
        }));
        using HttpClient client = Caller.Create(app.Port, certificate: null);
        Assert.Equal("partners nobody", await client.CallAsync());
        Assert.False(has);
    }

    // Pitfall 19: an application that asks SslStream itself for another certificate gets none that counts, and the connection is over.
    [Fact]
    public async Task Negotiate_ByTheApplication_EndsTheConnection()
    {
        TaskCompletionSource<string> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using App app = await App.StartAsync(s_pki, p => p.CertificateOptional(), protocols: HttpProtocols.Http1, use: web => web.Map("/ask", ask => ask.Run(async context =>
        {
            string after = "";
            try
            {
                if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
                {
                    await context.Features.Get<Microsoft.AspNetCore.Server.Kestrel.Core.Features.ISslStreamFeature>()!.SslStream.NegotiateClientCertificateAsync(context.RequestAborted);
                }

                after = "negotiated";
            }
            catch (Exception exception)
            {
                after = exception.GetType().Name;
            }

            IMutualTlsFeature feature = context.Features.Get<IMutualTlsFeature>()!;
            told.TrySetResult($"{after} {feature.Verdict.IsAuthenticated}");
        })));
        using HttpClient client = Caller.Create(app.Port, certificate: null);
        Assert.Equal("partners nobody", await client.CallAsync());
        await client.GetAsync(new Uri("/ask", UriKind.Relative), App.Stop).ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.EndsWith(" False", await told.Task.WaitAsync(TimeSpan.FromMinutes(1), App.Stop));
    }
}
