using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MutualTls.Handshakes.Servers;

/// <summary>nginx on the same PKI: one process, which tells its processor time in <c>/proc</c>.</summary>
internal sealed class NginxServer : IDisposable
{
    private readonly Process _process;

    private NginxServer(Process process, int port) => (_process, Port) = (process, port);

    public Process Process => _process;

    public int Port { get; }

    /// <summary>Starts it, or gets null where there is none.</summary>
    public static NginxServer? TryStart(Material material)
    {
        if (!OperatingSystem.IsLinux() || !(File.Exists("/usr/sbin/nginx") || File.Exists("/usr/bin/nginx")))
        {
            return null;
        }

        int port = FreePort();
        string configuration = Path.Combine(material.Folder, "nginx.conf");
        File.WriteAllText(configuration, $$"""
            daemon off;
            master_process off;
            pid {{material.Folder}}/nginx.pid;
            error_log stderr error;
            events { worker_connections 1024; }
            http {
              access_log off;
              client_body_temp_path {{material.Folder}}; proxy_temp_path {{material.Folder}}; fastcgi_temp_path {{material.Folder}}; uwsgi_temp_path {{material.Folder}}; scgi_temp_path {{material.Folder}};
              server {
                listen 127.0.0.1:{{port}} ssl backlog=512;
                ssl_certificate {{material.ServerChain}};
                ssl_certificate_key {{material.ServerKey}};
                ssl_protocols TLSv1.2 TLSv1.3;
                ssl_client_certificate {{material.Root}};
                ssl_verify_client on;
                ssl_verify_depth 2;
                location / { return 200 "ok"; }
              }
            }
            """);
        Process process = Process.Start(new ProcessStartInfo("nginx", ["-e", "stderr", "-c", configuration]))!;
        NginxServer server = new(process, port);
        server.AwaitPort();
        return server;
    }

    /// <summary>Gets the processor time so far, user and system, in nanoseconds' resolution.</summary>
    public TimeSpan ProcessorTime() =>
        TimeSpan.FromMicroseconds(double.Parse(File.ReadAllText($"/proc/{_process.Id}/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1000);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private void AwaitPort()
    {
        for (int attempt = 0; attempt < 100; attempt++)
        {
            try
            {
                using TcpClient probe = new("127.0.0.1", Port);
                return;
            }
            catch (SocketException)
            {
                Thread.Sleep(50);
            }
        }

        throw new InvalidOperationException("nginx does not listen.");
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
