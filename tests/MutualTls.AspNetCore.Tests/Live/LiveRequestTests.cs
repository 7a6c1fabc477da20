using System.Diagnostics;
using System.Net.Http;
using System.Net.Security;
using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.AspNetCore.Authorization;
using MutualTls.AspNetCore.Gate;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Connections;
using MutualTls.Policies;
using MutualTls.Testing;

namespace MutualTls.AspNetCore.Tests.Live;

/// <summary>What becomes of requests that come after the verdict on their connection was lost: none is taken for the client's that was let in.</summary>
public class LiveRequestTests
{
    public static TheoryData<string> Versions => Caller.Versions;

    // Kestrel takes on new streams until the last one has ended, so a client that pays no heed to GOAWAY could go on.
    [Fact]
    public async Task Http2_AskedAnewWhileOneIsUnderWay_IsRefusedAndTheOtherIsAnswered()
    {
        await using LiveScene scene = await LiveScene.StartAsync();
        await using Wire wire = await Wire.ConnectAsync(scene.App.Port, scene.Pki.Client, "2.0");
        await wire.AskAsync("/slow");
        await scene.Entered;
        scene.Deny(scene.Pki.Client);
        await LiveScene.Within(wire.SeeAsync("GOAWAY"));

        // REFUSED_STREAM: it may be sent again.
        await wire.AskAsync("/late");
        await LiveScene.Within(wire.SeeAsync("RST 3 7"));
        scene.GoOn();

        string answer = await wire.AnswerAsync();
        Assert.EndsWith("partners nobody", answer);
        await LiveScene.Within(wire.EndAsync());
        Assert.Equal(["GET localhost/slow"], scene.App.Reached);
        Assert.Empty(scene.App.Log.Errors);
    }

    [Fact]
    public async Task Http1_AskedAheadWhileOneIsUnderWay_IsNotBegun()
    {
        await using LiveScene scene = await LiveScene.StartAsync();
        await using Wire wire = await Wire.ConnectAsync(scene.App.Port, scene.Pki.Client, "1.1");
        await wire.AskAsync("/slow");
        await wire.AskAsync("/late");
        await scene.Entered;
        scene.Deny(scene.Pki.Client);
        await scene.Closing;
        scene.GoOn();
        Assert.Contains("Connection: close", await wire.AnswerAsync());
        await LiveScene.Within(wire.EndAsync());
        Assert.Equal(["GET localhost/slow"], scene.App.Reached);
    }

    // An end without an answer: the client may send it again wherever it likes.
    [Fact]
    public async Task Http1_HeadEndsAfterTheLoss_IsNotBegunAndNotAnswered()
    {
        await using LiveScene scene = await LiveScene.StartAsync();
        await using SslStream tls = await RawClient.ConnectAsync(scene.App.Port, scene.Pki.Client);
        await tls.WriteAsync("GET /late HTTP/1.1\r\nHost: localhost\r\nX-Half: "u8.ToArray(), App.Stop);
        await LiveScene.UntilAsync(() => scene.Registry.Count == 1);
        long denied = Stopwatch.GetTimestamp();
        scene.Deny(scene.Pki.Client);
        await scene.Closing;
        try
        {
            await tls.WriteAsync("done\r\n\r\n"u8.ToArray(), App.Stop);
            Assert.Equal(0, await tls.ReadAsync(new byte[10], App.Stop));
        }
        catch (IOException)
        {
            // A machine that has no time for a farewell resets the connection, and not before its patience is over.
            Assert.True(Stopwatch.GetElapsedTime(denied) > Farewell.Patience * 0.9);
        }

        Assert.Empty(scene.App.Reached);
    }

    // A client that presents a new certificate on its next connection, and whose old one is denied, loses no request over HTTP/2; over HTTP/1.1 none that may be sent again.
    [Theory]
    [InlineData("1.1", false)]
    [InlineData("2.0", false)]
    [InlineData("2.0", true)]
    public async Task Renewed_OldCertificateDeniedUnderLoad_NoRequestFails(string version, bool posts)
    {
        await using LiveScene scene = await LiveScene.StartAsync();
        TestCertificate[] certificates = [.. Enumerable.Range(0, 20).Select(i => scene.Pki.Issuing.IssueClient($"c{i}.test"))];
        SslStreamCertificateContext current = certificates[0].ToCredential().Context;
        using HttpClient client = Caller.Create(scene.App.Port, Caller.Handler(scene.App.Port, () => Volatile.Read(ref current), version), version);
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(App.Stop);
        int answered = 0;
        string name = "c0.test";
        Task[] workers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(
            async () =>
            {
                while (!enough.IsCancellationRequested)
                {
                    using StringContent content = new("some words");
                    using HttpRequestMessage request = new(posts ? HttpMethod.Post : HttpMethod.Get, "/") { Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy };
                    request.Content = posts ? content : null;
                    using HttpResponseMessage response = await client.SendAsync(request, App.Stop);
                    response.EnsureSuccessStatusCode();
                    if (await response.Content.ReadAsStringAsync(App.Stop) == $"partners {Volatile.Read(ref name)}")
                    {
                        Interlocked.Increment(ref answered);
                    }
                }
            },
            App.Stop))];
        for (int i = 1; i < certificates.Length; i++)
        {
            // Nobody is denied while it still dials.
            Interlocked.Exchange(ref answered, 0);
            await LiveScene.UntilAsync(() => Volatile.Read(ref answered) > 20 || Array.Exists(workers, worker => worker.IsCompleted));
            Volatile.Write(ref current, certificates[i].ToCredential().Context);
            Volatile.Write(ref name, $"c{i}.test");
            scene.Deny(certificates[..i]);
        }

        enough.Cancel();
        try
        {
            await Task.WhenAll(workers);
        }
        catch (HttpRequestException exception)
        {
            Assert.Fail($"{exception}\n{scene.App.Log.Last(100)}");
        }

        Assert.InRange(scene.App.Log.Count("The connection is closed."), certificates.Length / 2, int.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Report_Denied_StaysOpenAsNobodysAndIsTold(string version)
    {
        bool hasCertificate = true;
        ClaimsPrincipal? user = null;
        await using LiveScene scene = await LiveScene.StartAsync(
            (_, p) => p.ReportLiveConnections(),
            build: builder =>
            {
                builder.Services.AddAuthentication().AddMutualTls();
                builder.Services.AddAuthorization();
            },
            use: web => web.Use((context, next) =>
            {
                hasCertificate = context.Connection.ClientCertificate is not null;
                user = context.User;
                return next(context);
            }));
        await using Wire wire = await Wire.ConnectAsync(scene.App.Port, scene.Pki.Client, version);
        TaskCompletionSource<VerdictLostEventArgs> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        scene.Registry.VerdictLost += (_, lost) => told.TrySetResult(lost);
        Assert.Contains("partners client.test", await wire.CallAsync());
        ClaimsPrincipal before = user!;
        Assert.True(await MayAsync(before));

        scene.Deny(scene.Pki.Client);
        await LiveScene.Within(told.Task);
        Assert.Equal(LiveConnectionMode.Report, (await told.Task).Mode);
        Assert.Contains("partners nobody", await wire.CallAsync());
        Assert.False(hasCertificate);
        Assert.False(user!.Identity!.IsAuthenticated);

        // Who was authenticated before, and is asked about without a request (a hub's methods), is nobody either.
        Assert.False(await MayAsync(before));

        // And somebody again once it is mended.
        scene.Deny([]);
        while (!(await wire.CallAsync()).Contains("partners client.test", StringComparison.Ordinal))
        {
            await Task.Delay(10, App.Stop);
        }

        Assert.True(await MayAsync(before));
        Assert.True(hasCertificate);
        Assert.Equal(1, scene.Registry.Count);

        async Task<bool> MayAsync(ClaimsPrincipal who) =>
            (await scene.App.Services.GetRequiredService<IAuthorizationService>().AuthorizeAsync(who, resource: null, new MutualTlsRequirement(["partners"]))).Succeeded;
    }

    // Said otherwise later: what was only told of is closed.
    [Fact]
    public async Task Report_ClosesByTheNextPolicy_IsClosed()
    {
        await using LiveScene scene = await LiveScene.StartAsync((_, p) => p.ReportLiveConnections());
        await using Wire wire = await Wire.ConnectAsync(scene.App.Port, scene.Pki.Client, "1.1");
        await wire.CallAsync();
        scene.Deny(scene.Pki.Client);
        await scene.App.Log.WaitForAsync("left open");
        scene.App.Services.GetRequiredService<MutualTlsEndpoints>().Policy("partners").Change(PeerPolicy.Create("partners", p =>
            p.TrustPemText(scene.Pki.Root.ToPem()).WithoutRevocation().DenyFrom(scene.Denied).CloseLiveConnections(TimeSpan.Zero)));
        await LiveScene.Within(wire.EndAsync());
    }
}
