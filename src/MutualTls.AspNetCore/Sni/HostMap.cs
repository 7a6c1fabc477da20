using System.Collections.Frozen;
using MutualTls.AspNetCore.Endpoints;
using MutualTls.Connections;

namespace MutualTls.AspNetCore.Sni;

/// <summary>Finds what holds under a server name: the exact name, a wildcard of one label, else the endpoint's default. Never another name's.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed class HostMap
{
    private readonly FrozenDictionary<string, HostBinding> _exact, _wildcards;
    private readonly HostBinding? _default;

    private HostMap(Dictionary<string, HostBinding> exact, Dictionary<string, HostBinding> wildcards, HostBinding? otherwise)
    {
        _exact = exact.ToFrozenDictionary(StringComparer.Ordinal);
        _wildcards = wildcards.ToFrozenDictionary(StringComparer.Ordinal);
        _default = otherwise;
    }

    /// <summary>Gets whether what holds depends on the name.</summary>
    public bool DependsOnName => _exact.Count + _wildcards.Count > 0;

    /// <summary>Makes the map; what is wrong is added to <paramref name="errors"/>.</summary>
    public static HostMap Create(MutualTlsEndpointOptions options, MutualTlsEndpoints registered, string origin, List<string> errors)
    {
        Dictionary<string, HostBinding> exact = new(StringComparer.Ordinal), wildcards = new(StringComparer.Ordinal);
        foreach ((string host, MutualTlsHostOptions told) in options.Hosts)
        {
            string where = $"{origin}: {nameof(options.Hosts)} '{host}'";
            bool isWildcard = host.StartsWith("*.", StringComparison.Ordinal);
            if (ServerName.Normalize(isWildcard ? host[2..] : host) is not { } name)
            {
                errors.Add($"{where}: neither a host name nor '*.' and a domain.");
            }
            else if (HostBinding.Create(told, registered, where, errors) is { } binding && !(isWildcard ? wildcards : exact).TryAdd(name, binding))
            {
                errors.Add($"{where}: given twice.");
            }
        }

        return new HostMap(exact, wildcards, options.Default is null ? null : HostBinding.Create(options.Default, registered, origin, errors));
    }

    /// <summary>Finds what holds under a name that <see cref="ServerName"/> has made, or without one; null if nothing does.</summary>
    public HostBinding? Find(string? name)
    {
        if (name is null)
        {
            return _default;
        }

        if (_exact.TryGetValue(name, out HostBinding? binding))
        {
            return binding;
        }

        int dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && _wildcards.Count > 0 && _wildcards.TryGetValue(name[(dot + 1)..], out binding) ? binding : _default;
    }
}
