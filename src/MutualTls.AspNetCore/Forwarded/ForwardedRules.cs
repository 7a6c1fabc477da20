using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using MutualTls.AspNetCore.Features;
using MutualTls.Connections;
using MutualTls.Policies;
using MutualTls.Sources;

namespace MutualTls.AspNetCore.Forwarded;

/// <summary>Says whose word is taken, checked and ready for use.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed class ForwardedRules
{
    private readonly string[] _policies, _sockets;
    private readonly IPNetwork[] _networks;

    private ForwardedRules(MutualTlsForwardingOptions options, SnapshotSource<PeerPolicy> policy, IPNetwork[] networks)
    {
        Policy = policy;
        Format = options.Format;
        Header = options.HeaderName ?? ForwardedHeaders.NameOf(options.Format);
        Timeout = options.Timeout;
        _policies = [.. options.HopPolicies];
        _sockets = [.. options.HopSockets];
        _networks = networks;
    }

    public SnapshotSource<PeerPolicy> Policy { get; }

    public ForwardedFormat Format { get; }

    public string Header { get; }

    public TimeSpan Timeout { get; }

    /// <summary>Makes the rules.</summary>
    /// <exception cref="MutualTlsConfigurationException">Something is missing or wrong; the exception lists everything.</exception>
    public static ForwardedRules Compile(MutualTlsForwardingOptions options, MutualTlsEndpoints? registered)
    {
        List<string> errors = [];
        SnapshotSource<PeerPolicy>? policy = null;
        List<IPNetwork> networks = [];
        Require(registered is not null, "no policy is registered; call services.AddMutualTls(...).");
        Require(!string.IsNullOrWhiteSpace(options.Policy), $"{nameof(options.Policy)}: name the policy that judges forwarded certificates.");
        if (registered is not null)
        {
            foreach (string name in options.HopPolicies.Append(options.Policy!).Where(name => !string.IsNullOrWhiteSpace(name)))
            {
                try
                {
                    policy = registered.Policy(name);
                }
                catch (Exception exception) when (exception is InvalidOperationException or MutualTlsConfigurationException)
                {
                    errors.Add($"{(name == options.Policy ? nameof(options.Policy) : nameof(options.HopPolicies))}: {exception.Message}");
                }
            }
        }

        Require(Enum.IsDefined(options.Format), $"{nameof(options.Format)}: {options.Format} is none of {string.Join(", ", Enum.GetNames<ForwardedFormat>())}.");
        Require(options.Timeout > TimeSpan.Zero && options.Timeout <= TimeSpan.FromDays(1), $"{nameof(options.Timeout)}: {options.Timeout} is not more than zero and at most one day.");
        Require(options.HeaderName is null || !string.IsNullOrWhiteSpace(options.HeaderName), $"{nameof(options.HeaderName)}: blank.");
        Require(
            options.HopPolicies.Count + options.HopNetworks.Count + options.HopSockets.Count > 0,
            $"{nameof(options.HopPolicies)}, {nameof(options.HopNetworks)}, {nameof(options.HopSockets)}: nobody is trusted, so nothing could ever be read.");
        foreach (string text in options.HopNetworks)
        {
            // A network of everybody is no network of proxies.
            bool isOne = IPAddress.TryParse(text, out IPAddress? address);
            IPNetwork network = isOne ? new IPNetwork(address!, address!.AddressFamily == AddressFamily.InterNetwork ? 32 : 128) : default;
            Require((isOne || IPNetwork.TryParse(text, out network)) && network.PrefixLength > 0, $"{nameof(options.HopNetworks)}: '{text}' is no address, and no network but that of everybody.");
            networks.Add(network);
        }

        foreach (string path in options.HopSockets)
        {
            Require(Path.IsPathFullyQualified(path), $"{nameof(options.HopSockets)}: '{path}' is no absolute path.");
        }

        return errors.Count == 0 ? new ForwardedRules(options, policy!, [.. networks]) : throw new MutualTlsConfigurationException("forwarded certificates", errors);

        void Require(bool condition, string error)
        {
            if (!condition)
            {
                errors.Add(error);
            }
        }
    }

    /// <summary>Tells whether the other end of a request's connection is a hop whose word is taken.</summary>
    public bool Trusts(HttpContext context)
    {
        IMutualTlsFeature? mtls = context.Features.Get<IMutualTlsFeature>();
        if (mtls is { Verdict.IsAccepted: false })
        {
            // Let in by an audit alone: trusted by nobody, from whatever network.
            return false;
        }

        if (mtls is { Verdict.IsAuthenticated: true } && Array.IndexOf(_policies, mtls.PolicyName) >= 0)
        {
            return true;
        }

        if (_sockets.Length > 0 && context.Features.Get<IConnectionSocketFeature>()?.Socket.LocalEndPoint is UnixDomainSocketEndPoint socket
            && Array.IndexOf(_sockets, socket.ToString()) >= 0)
        {
            return true;
        }

        IPAddress? address = context.Features.Get<IHttpConnectionFeature>()?.RemoteIpAddress;
        address = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        return address is not null && Array.Exists(_networks, network => network.Contains(address));
    }
}
