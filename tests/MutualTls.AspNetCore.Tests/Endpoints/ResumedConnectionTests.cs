using System.Net.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Connections;
using MutualTls.Policies;
using MutualTls.Testing;

namespace MutualTls.AspNetCore.Tests.Endpoints;

/// <summary>A TLS session that is resumed at Kestrel is worth what the policy says at that moment, and locks nobody out.</summary>
public sealed class ResumedConnectionTests : IDisposable
{
    private readonly TestPki _pki = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly string _anchors = Path.GetTempFileName();

    public ResumedConnectionTests() => File.WriteAllText(_anchors, _pki.Root.ToPem());

    public void Dispose() => File.Delete(_anchors);

    // Pitfall 2 over HTTP: expired, or no longer trusted, since the session was made.
    [Theory]
    [InlineData("1.1", "expired")]
    [InlineData("2.0", "expired")]
    [InlineData("1.1", "anchor removed")]
    [InlineData("2.0", "anchor removed")]
    public async Task Connect_WhatTheFirstRestedOnIsGone_TheNextIsRefused(string version, string what)
    {
        await using App app = await StartAsync();
        Assert.Equal("partners client.test", await CallAsync(app.Port, version));
        Assert.Equal("partners client.test", await CallAsync(app.Port, version));

        if (what == "expired")
        {
            _clock.Advance(TimeSpan.FromDays(91));
        }
        else
        {
            await ReloadAsync(app, new TestPki().Root.ToPem());
        }

        Assert.Null(await CallAsync(app.Port, version));
        Assert.Equal(2, app.Reached.Count);
    }

    // Pitfall 21 over HTTP: trust is loaded anew between connections.
    [Theory]
    [MemberData(nameof(Caller.Versions), MemberType = typeof(Caller))]
    public async Task Connect_AnchorsReloaded_EachTimeAccepted(string version)
    {
        await using App app = await StartAsync();
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal("partners client.test", await CallAsync(app.Port, version));
            await ReloadAsync(app, _pki.Root.ToPem() + new TestPki().Root.ToPem());
        }
    }

    // Pitfall 21: a session of an endpoint that asks for no certificate and serves under the same one.
    [Fact]
    public async Task Connect_SessionOfAnEndpointWithoutMutualTls_IsRefusedOnceAtMost()
    {
        await using App app = await StartAsync();
        Assert.Equal(" nobody", await CallAsync(app.Ports[1], "1.1"));

        string?[] seen = [await CallAsync(app.Port, "1.1"), await CallAsync(app.Port, "1.1"), await CallAsync(app.Port, "1.1"), await CallAsync(app.Port, "1.1")];

        Assert.InRange(seen.Count(answer => answer is null), 0, 1);
        Assert.All(seen[1..], answer => Assert.Equal("partners client.test", answer));
    }

    private Task<App> StartAsync() => App.StartAsync(
        mtls => mtls.Present("web", _pki.Server).AddPolicy("partners", p => p.TrustPem(_anchors).WithoutRevocation()),
        builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(_clock);
            builder.WebHost.ConfigureKestrel(kestrel =>
            {
                kestrel.ListenLocal(listen => listen.UseMutualTls("web", "partners"));
                kestrel.ListenLocal(listen => listen.UseHttps(https =>
                {
                    var own = _pki.Server.ToCredential();
                    (https.ServerCertificate, https.ServerCertificateChain) = (own.Certificate, own.Intermediates);
                }));
            });
        });

    private async Task ReloadAsync(App app, string anchors)
    {
        PeerPolicy before = Policy();
        File.WriteAllText(_anchors, anchors);
        for (int i = 0; i < 1_000 && ReferenceEquals(before, Policy()); i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(10, App.Stop);
        }

        Assert.NotSame(before, Policy());

        PeerPolicy Policy() => app.Services.GetRequiredService<MutualTlsEndpoints>().Policy("partners").Current;
    }

    private async Task<string?> CallAsync(int port, string version)
    {
        using HttpClient client = Caller.Create(port, _pki.Client, version, resumes: true);
        try
        {
            return await client.CallAsync();
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
