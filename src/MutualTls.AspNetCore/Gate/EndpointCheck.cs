using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.AspNetCore.Endpoints;
using MutualTls.AspNetCore.Sni;
using MutualTls.Connections;

namespace MutualTls.AspNetCore.Gate;

/// <summary>Checks what an endpoint was told and reports every error at once.</summary>
internal static class EndpointCheck
{
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromDays(1);

    /// <summary>Makes the map of server names.</summary>
    /// <exception cref="MutualTlsConfigurationException">Something is missing or wrong; the exception lists everything.</exception>
    public static HostMap Compile(ListenOptions listen, MutualTlsEndpointOptions options, IServiceProvider services)
    {
        List<string> errors = [];
        string origin = options.Origin ?? $"endpoint {listen}";
        if ((listen.Protocols & HttpProtocols.Http3) != 0)
        {
            errors.Add($"{origin}: HTTP/3 is switched on (Protocols), and nothing stands between its handshake and its first request that could judge the client. Use Http1AndHttp2.");
        }

        CheckTimeout(options.HandshakeTimeout, $"{origin}: {nameof(options.HandshakeTimeout)}", errors);
        CheckTimeout(options.GateTimeout, $"{origin}: {nameof(options.GateTimeout)}", errors);
        if (options.Default is null && options.Hosts.Count == 0)
        {
            errors.Add($"{origin}: no policy is named, neither for all server names nor for one.");
        }

        HostMap? map = null;
        if (services.GetService<MutualTlsEndpoints>() is not { } registered)
        {
            errors.Add($"{origin}: no credential or policy is registered; call services.AddMutualTls(...).");
        }
        else
        {
            if (!RequestGuard.IsIn(services))
            {
                errors.Add(
                    $"{origin}: nobody looks at requests: whether their connection's verdict still stands, and their host is that of its policy. Call UseMutualTls() of the web host, which adds that; "
                    + "AddAuthentication().AddMutualTls() does, too.");
            }

            map = HostMap.Create(options, registered, origin, errors);
        }

        return errors.Count == 0 ? map! : throw new MutualTlsConfigurationException("endpoint", errors);
    }

    private static void CheckTimeout(TimeSpan value, string what, List<string> errors)
    {
        if (value <= TimeSpan.Zero || value > MaxTimeout)
        {
            errors.Add($"{what}: {value} is not more than zero and at most one day.");
        }
    }
}
