using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using MutualTls.AspNetCore.Gate;

namespace MutualTls.AspNetCore.Hosting;

/// <summary>Puts mutual TLS on those endpoints of the <c>Kestrel</c> section that ask for it, or on every endpoint there is.</summary>
/// <remarks>
/// Kestrel follows changes of its section. What it is told here is read again with each change; an endpoint that gets or loses its part while the
/// application runs is not opened: Kestrel knows it only by the names that were there at the start.
/// </remarks>
internal sealed class ConfiguredEndpoints(RequestGuardRules rules) : IConfigureOptions<KestrelServerOptions>, IPostConfigureOptions<KestrelServerOptions>
{
    public const string Section = "MutualTls";

    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    // Before anything else that sets up Kestrel: it applies the defaults as they are when an endpoint is added.
    public void Configure(KestrelServerOptions options) => options.ConfigureEndpointDefaults(listen =>
    {
        if (rules.EveryEndpoint is { } every)
        {
            GatedEndpoint.Put(listen, every);
        }

        listen.Use(next => Check(listen, options, next));
    });

    // After all the application says of it.
    public void PostConfigure(string? name, KestrelServerOptions options)
    {
        foreach (IConfigurationSection endpoint in Asking(options))
        {
            _known.Add(endpoint.Key);
            options.ConfigurationLoader!.Endpoint(endpoint.Key, Apply);
        }
    }

    // An empty section asks too: IConfigurationSection.Exists would pass it over, and open the endpoint without a gate.
    private static IEnumerable<IConfigurationSection> Asking(KestrelServerOptions options) =>
        options.ConfigurationLoader?.Configuration.GetSection("Endpoints").GetChildren()
            .Where(endpoint => endpoint.GetChildren().Any(child => string.Equals(child.Key, Section, StringComparison.OrdinalIgnoreCase))) ?? [];

    private static void Apply(EndpointConfiguration endpoint) =>
        GatedEndpoint.Put(endpoint.ListenOptions, EndpointSection.Read(endpoint.ConfigSection));

    private ConnectionDelegate Check(ListenOptions listen, KestrelServerOptions options, ConnectionDelegate next)
    {
        if (!GatedEndpoint.HasItsOwn(listen, rules.EveryEndpoint) && Asking(options).FirstOrDefault(endpoint => !_known.Contains(endpoint.Key)) is { } late)
        {
            throw new MutualTlsConfigurationException("endpoint", [$"{late.Path}:{Section}: added while the application runs; start it again."]);
        }

        return next;
    }
}
