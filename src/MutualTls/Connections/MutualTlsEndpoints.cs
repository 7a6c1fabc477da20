using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MutualTls.Credentials;
using MutualTls.Policies;

namespace MutualTls.Connections;

/// <summary>Finds the credentials and policies that were registered by name, each made once.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
public sealed class MutualTlsEndpoints
{
    private readonly ConcurrentDictionary<string, LocalCredential> _credentials = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, PeerPolicy> _policies = new(StringComparer.Ordinal);
    private readonly IReadOnlyDictionary<string, Func<LocalCredential>> _credentialSources;
    private readonly IReadOnlySet<string> _policyNames;
    private readonly IOptionsMonitor<PeerPolicyOptions> _policyOptions;
    private readonly PeerPolicyEngine _engine;
    private readonly ILogger _logger;

    internal MutualTlsEndpoints(
        IReadOnlyDictionary<string, Func<LocalCredential>> credentialSources, IReadOnlySet<string> policyNames,
        IOptionsMonitor<PeerPolicyOptions> policyOptions, PeerPolicyEngine engine, ILogger logger)
    {
        _credentialSources = credentialSources;
        _policyNames = policyNames;
        _policyOptions = policyOptions;
        _engine = engine;
        _logger = logger;
    }

    /// <summary>Gets a credential.</summary>
    /// <param name="name">The name it was registered by.</param>
    /// <returns>The credential.</returns>
    /// <exception cref="InvalidOperationException">There is none of that name.</exception>
    /// <exception cref="MutualTlsConfigurationException">It cannot be used.</exception>
    public LocalCredential Credential(string name) => _credentials.GetOrAdd(
        name, n => _credentialSources.TryGetValue(n, out Func<LocalCredential>? source) ? source() : throw Unknown("credential", n, _credentialSources.Keys));

    /// <summary>Gets a policy.</summary>
    /// <param name="name">The name it was registered by.</param>
    /// <returns>The policy.</returns>
    /// <exception cref="InvalidOperationException">There is none of that name.</exception>
    /// <exception cref="MutualTlsConfigurationException">It cannot be used.</exception>
    public PeerPolicy Policy(string name) => _policies.GetOrAdd(name, n =>
    {
        if (!_policyNames.Contains(n))
        {
            throw Unknown("policy", n, _policyNames);
        }

        PeerPolicyOptions options = _policyOptions.Get(n);
        foreach (string option in options.Dangerous.InUse())
        {
            Policies.Log.DangerousOptionInUse(_logger, n, option);
        }

        return PeerPolicy.Create(n, options);
    });

    /// <summary>Gets options for connecting to a server.</summary>
    /// <param name="host">The host to dial.</param>
    /// <param name="credential">The name of what we present.</param>
    /// <param name="policy">The name of what we demand.</param>
    /// <returns>The options.</returns>
    /// <exception cref="InvalidOperationException">There is no such credential or policy.</exception>
    public MutualTlsClientOptions ClientOptions(string host, string credential, string policy) => new()
    {
        TargetHost = host,
        Credential = Credential(credential),
        Policy = Policy(policy),
        Engine = _engine,
        Logger = _logger,
    };

    /// <summary>Gets options for serving clients.</summary>
    /// <param name="credential">The name of what we present.</param>
    /// <param name="policy">The name of what we demand.</param>
    /// <returns>The options.</returns>
    /// <exception cref="InvalidOperationException">There is no such credential or policy.</exception>
    public MutualTlsServerOptions ServerOptions(string credential, string policy) => new()
    {
        Credential = Credential(credential),
        Policy = Policy(policy),
        Engine = _engine,
        Logger = _logger,
    };

    /// <summary>Makes everything that is registered, and reports every error at once.</summary>
    internal void MakeAll()
    {
        List<string> errors = [];
        foreach (string name in _credentialSources.Keys)
        {
            Try($"credential '{name}'", () => Credential(name), errors);
        }

        foreach (string name in _policyNames)
        {
            Try($"policy '{name}'", () => Policy(name), errors);
        }

        if (errors.Count > 0)
        {
            throw new MutualTlsConfigurationException("configuration", errors);
        }
    }

    private static void Try(string what, Func<object> make, List<string> errors)
    {
        try
        {
            make();
        }
        catch (MutualTlsConfigurationException exception)
        {
            errors.AddRange(exception.Errors.Select(error => $"{what}: {error.TrimEnd('.')}."));
        }
    }

    private static InvalidOperationException Unknown(string what, string name, IEnumerable<string> known) =>
        new($"There is no {what} '{name}'. Registered: {string.Join(", ", known.Order(StringComparer.Ordinal))}.");
}
