using Microsoft.Extensions.Configuration;
using MutualTls.AspNetCore.Endpoints;
using static MutualTls.DependencyInjection.ConfigurationValues;

namespace MutualTls.AspNetCore.Hosting;

/// <summary>Reads what an endpoint of the <c>Kestrel</c> section says of mutual TLS. What Kestrel would read in vain there is an error too.</summary>
internal static class EndpointSection
{
    private static readonly string[] s_hostKeys = ["Credential", "Policy", "OnRefused", "IssuerHints"];
    private static readonly string[] s_keys = [.. s_hostKeys, "HandshakeTimeout", "GateTimeout", "Hosts"];

    // Of Kestrel's own: its TLS is not in use here, and a demand that nobody reads must not look like one.
    private static readonly string[] s_unread = ["Certificate", "ClientCertificateMode", "SslProtocols", "Sni"];

    public static MutualTlsEndpointOptions Read(IConfigurationSection endpoint)
    {
        List<string> errors = [];
        IConfigurationSection section = endpoint.GetSection(ConfiguredEndpoints.Section);
        MutualTlsEndpointOptions options = new() { Origin = section.Path };
        foreach (string key in s_unread)
        {
            if (endpoint.GetSection(key).Exists())
            {
                errors.Add($"{endpoint.Path}:{key}: not in use beside {ConfiguredEndpoints.Section}, which says what is presented and demanded.");
            }
        }

        if (endpoint["Url"] is { } url && !url.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            errors.Add($"{endpoint.Path}:Url: '{url}' is not https.");
        }

        CheckKeys(section, s_keys, errors);
        options.Default = ReadHost(section, isWanted: !section.GetSection("Hosts").Exists(), errors);
        options.HandshakeTimeout = Value<TimeSpan>(section, nameof(options.HandshakeTimeout), TryParseTime, options.HandshakeTimeout, errors);
        options.GateTimeout = Value<TimeSpan>(section, nameof(options.GateTimeout), TryParseTime, options.GateTimeout, errors);
        foreach (IConfigurationSection host in section.GetSection("Hosts").GetChildren())
        {
            CheckKeys(host, s_hostKeys, errors);
            if (ReadHost(host, isWanted: true, errors) is { } told)
            {
                options.Hosts[host.Key] = told;
            }
        }

        return errors.Count == 0 ? options : throw new MutualTlsConfigurationException("endpoint", errors);
    }

    private static MutualTlsHostOptions? ReadHost(IConfigurationSection section, bool isWanted, List<string> errors)
    {
        string? credential = section["Credential"], policy = section["Policy"];
        if (string.IsNullOrWhiteSpace(credential) || string.IsNullOrWhiteSpace(policy))
        {
            // Half of it, or a word about refusals without a policy that refuses, is a mistake.
            if (isWanted || s_hostKeys.Any(key => section.GetSection(key).Exists()))
            {
                errors.Add($"{section.Path}: give both Credential and Policy.");
            }

            return null;
        }

        MutualTlsHostOptions told = new(credential, policy);
        told.OnRefused = Value<RefusalAction>(section, nameof(told.OnRefused), TryParseAction, told.OnRefused, errors);
        told.IssuerHints = Value<IssuerHints>(section, nameof(told.IssuerHints), TryParseName, told.IssuerHints, errors);
        return told;
    }

    // A name may have digits here, so it is looked up: a number is none.
    private static bool TryParseAction(string text, out RefusalAction action)
    {
        action = default;
        return Enum.GetNames<RefusalAction>().Contains(text, StringComparer.OrdinalIgnoreCase) && Enum.TryParse(text, ignoreCase: true, out action);
    }
}
