using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.AspNetCore.Forwarded;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Testing;

namespace MutualTls.AspNetCore.Tests.Forwarded;

/// <summary>Pitfall 13: what may not come before a body may not come behind it either.</summary>
public class TrailerTests
{
    [Fact]
    public async Task Trailers_ThatForwardACertificate_AreGone()
    {
        TestPki pki = new();
        TaskCompletionSource<string[]> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using App app = await App.StartAsync(
            mtls => App.Register(mtls, pki),
            builder =>
            {
                builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocal(_ => { }));
                builder.Services.AddMutualTlsForwarding(options =>
                {
                    (options.Policy, options.Format, options.HeaderName) = ("partners", ForwardedFormat.EscapedPem, "X-Own-Cert");
                    options.HopNetworks.Add("127.0.0.0/8");
                });
            },
            web => web.Use(async (context, next) =>
            {
                await context.Request.Body.CopyToAsync(Stream.Null, App.Stop);
                IHttpRequestTrailersFeature trailers = context.Features.GetRequiredFeature<IHttpRequestTrailersFeature>();
                Assert.True(trailers.Available);
                seen.TrySetResult([.. trailers.Trailers.Keys, context.Request.GetTrailer("Client-Cert").ToString()]);
                await next(context);
            }));
        await using NetworkStream tcp = await RawClient.ConnectTcpAsync(app.Port);

        await tcp.WriteAsync(
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nClient-Cert: :AA==:\r\nx-own-cert: a\r\nClient_Cert: b\r\nX-Other: c\r\n\r\n"u8.ToArray(), App.Stop);

        Assert.Equal(["X-Other", ""], await seen.Task.WaitAsync(TimeSpan.FromSeconds(30), App.Stop));
    }
}
