using System.Net.Http;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using MutualTls.AspNetCore.Features;
using MutualTls.AspNetCore.Forwarded;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Tests.Peers;

namespace MutualTls.AspNetCore.Tests.Forwarded;

// Pitfall 13 with a proxy in front, and as one.
public partial class ForwardedTests
{
    // The real proxy in front: it takes the client's certificate in its own handshake and forwards it in PEM.
    [Fact]
    public async Task Nginx_InFront_Forwards()
    {
        PeerProcess.Require("nginx");
        await using App app = await App.StartAsync(Register, builder =>
        {
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocal(listen => listen.UseMutualTls("web", "proxies")));
            Services(builder, options =>
            {
                options.HopPolicies.Add("proxies");
                options.Format = ForwardedFormat.EscapedPem;
            });
        }, Endpoints);
        using PeerFiles own = new(s_clients.Server, s_clients.Root), hop = new(s_proxies.Client, s_proxies.Root);
        string folder = Directory.CreateTempSubdirectory("mutualtls-").FullName;
        int port = PeerPort.Next();
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), $$"""
                daemon off; master_process off; pid {{folder}}/pid; error_log stderr notice;
                events { worker_connections 64; }
                http {
                  access_log off; client_body_temp_path {{folder}}/b; proxy_temp_path {{folder}}/p; fastcgi_temp_path {{folder}}/f; uwsgi_temp_path {{folder}}/u; scgi_temp_path {{folder}}/s;
                  server {
                    listen 127.0.0.1:{{port}} ssl;
                    ssl_certificate {{own.Certificate}}; ssl_certificate_key {{own.Key}};
                    ssl_client_certificate {{own.Root}}; ssl_verify_client optional; ssl_verify_depth 3;
                    location / {
                      proxy_pass https://127.0.0.1:{{app.Port}};
                      proxy_ssl_certificate {{hop.Certificate}}; proxy_ssl_certificate_key {{hop.Key}};
                      proxy_set_header X-SSL-Client-Cert $ssl_client_escaped_cert;
                    }
                  }
                }
                """, App.Stop);
            await using PeerProcess nginx = PeerProcess.Start("nginx", "-c", Path.Combine(folder, "nginx.conf"), "-p", folder, "-e", "stderr");
            await WaitForPortAsync(port);
            using HttpClient client = Caller.Create(port, s_clients.Client), nobody = Caller.Create(port, certificate: null);

            // The intermediate is not forwarded in this form, so the policy has it as an anchor.
            Assert.Equal((200, "forwarded client.test"), await AskAsync(client, "/forwarded"));
            Assert.Equal(403, (await AskAsync(nobody, "/forwarded")).Status);
            using HttpRequestMessage forged = new(HttpMethod.Get, "/seen");
            forged.Headers.TryAddWithoutValidation("X-SSL-Client-Cert", Uri.EscapeDataString(s_clients.Client.ToPem()));
            using HttpResponseMessage answer = await nobody.SendAsync(forged, App.Stop);
            Assert.Equal("nobody", await answer.Content.ReadAsStringAsync(App.Stop));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // What is written towards a backend is read there.
    [Fact]
    public async Task SetClientCert_TowardsABackend_IsReadThere()
    {
        await using App backend = await StartAsync();
        IMutualTlsFeature? found = null;
        await using App front = await App.StartAsync(s_clients, use: web => web.Use((context, next) =>
        {
            found = context.Features.Get<IMutualTlsFeature>();
            return next(context);
        }));
        using HttpClient client = Caller.Create(front.Port, s_clients.Client), proxy = Caller.Create(backend.Port, s_proxies.Client);
        await client.CallAsync();
        using HttpRequestMessage onward = new(HttpMethod.Get, "/forwarded");
        onward.Headers.TryAddWithoutValidation("Client-Cert", "forged");
        onward.Headers.TryAddWithoutValidation("Client-Cert-Chain", "forged");
        onward.SetClientCert(found!.Verdict);
        using HttpResponseMessage answer = await proxy.SendAsync(onward, App.Stop);
        Assert.Equal("forwarded client.test", await answer.Content.ReadAsStringAsync(App.Stop));
        onward.SetClientCert(client: null);
        Assert.DoesNotContain(onward.Headers, header => header.Key.StartsWith("Client-Cert", StringComparison.OrdinalIgnoreCase));
    }

    private static async Task WaitForPortAsync(int port)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                await using NetworkStream tcp = await RawClient.ConnectTcpAsync(port);
                return;
            }
            catch (SocketException) when (i < 1_200)
            {
                await Task.Delay(25, App.Stop);
            }
        }
    }
}
