using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MutualTls.Credentials;
using MutualTls.Policies;
using MutualTls.Sources;

namespace MutualTls.Connections;

/// <summary>Finds the credentials and policies that were registered by name, each made once.</summary>
/// <remarks>
/// Files are followed: when those of a credential change, it is loaded again; when the options of a policy or its files change, a new one is compiled and
/// put in its place as a whole. One that is not valid is logged, <see cref="ReloadFailed"/> happens, and the last good one stays.
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
public sealed class MutualTlsEndpoints : IDisposable
{
    private readonly ConcurrentDictionary<string, SnapshotSource<LocalCredential>> _credentials = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SnapshotSource<PeerPolicy>> _policies = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, FollowedPolicy> _followed = new(StringComparer.Ordinal);
    private readonly IReadOnlyDictionary<string, Func<CredentialOrigin>> _credentialOrigins;
    private readonly IReadOnlySet<string> _policyNames;
    private readonly IOptionsMonitor<PeerPolicyOptions> _policyOptions;
    private readonly PeerPolicyEngine _engine;
    private readonly ILogger _logger;

    // A change of options waits for the first policy of the old ones, so that it finds one to put its own in the place of.
    private readonly Lock _making = new();
    private readonly IDisposable? _watching;
    private readonly FileWatch _files;
    private readonly ConcurrentBag<StapleKeeper> _keepers = [];

    internal MutualTlsEndpoints(
        IReadOnlyDictionary<string, Func<CredentialOrigin>> credentialOrigins, IReadOnlySet<string> policyNames,
        IOptionsMonitor<PeerPolicyOptions> policyOptions, PeerPolicyEngine engine, ILogger logger)
    {
        _credentialOrigins = credentialOrigins;
        _policyNames = policyNames;
        _policyOptions = policyOptions;
        _engine = engine;
        _logger = logger;
        _files = new FileWatch(engine.TimeProvider, logger);
        _watching = policyOptions.OnChange((_, name) => Reload(name));
    }

    /// <summary>Happens when what was to take the place of a credential or a policy cannot be used; on the thread that found out.</summary>
    public event EventHandler<ReloadFailedEventArgs>? ReloadFailed;

    /// <summary>Gets a credential.</summary>
    /// <param name="name">The name it was registered by.</param>
    /// <returns>The credential.</returns>
    /// <exception cref="InvalidOperationException">There is none of that name.</exception>
    /// <exception cref="MutualTlsConfigurationException">It cannot be used.</exception>
    public SnapshotSource<LocalCredential> Credential(string name)
    {
        if (_credentials.TryGetValue(name, out SnapshotSource<LocalCredential>? made))
        {
            return made;
        }

        lock (_making)
        {
            return _credentials.GetOrAdd(
                name, n => _credentialOrigins.TryGetValue(n, out Func<CredentialOrigin>? origin) ? Load(n, origin()) : throw Unknown("credential", n, _credentialOrigins.Keys));
        }
    }

    /// <summary>Gets a policy.</summary>
    /// <param name="name">The name it was registered by.</param>
    /// <returns>The policy.</returns>
    /// <exception cref="InvalidOperationException">There is none of that name.</exception>
    /// <exception cref="MutualTlsConfigurationException">It cannot be used.</exception>
    public SnapshotSource<PeerPolicy> Policy(string name)
    {
        if (_policies.TryGetValue(name, out SnapshotSource<PeerPolicy>? made))
        {
            return made;
        }

        lock (_making)
        {
            return _policies.GetOrAdd(name, n => _policyNames.Contains(n) ? Compile(n, _policyOptions.Get(n)) : throw Unknown("policy", n, _policyNames));
        }
    }

    /// <summary>Gets options for connecting to a server.</summary>
    /// <param name="host">The host to dial.</param>
    /// <param name="credential">The name of what we present.</param>
    /// <param name="policy">The name of what we demand.</param>
    /// <returns>The options.</returns>
    /// <exception cref="InvalidOperationException">There is no such credential or policy, or the policy audits only: a client always refuses a bad server.</exception>
    public MutualTlsClientOptions ClientOptions(string host, string credential, string policy)
    {
        SnapshotSource<PeerPolicy> demanded = Policy(policy);
        if (demanded.Current.AuditOnly)
        {
            throw new InvalidOperationException($"Policy '{policy}' has Dangerous.AuditOnly, which is for judging clients; a server is refused or accepted.");
        }

        return new MutualTlsClientOptions { TargetHost = host, Credential = Credential(credential), Policy = demanded, Engine = _engine, Logger = _logger };
    }

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
        foreach (string name in _credentialOrigins.Keys)
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

    /// <summary>Stops following changes of options and files.</summary>
    public void Dispose()
    {
        _watching?.Dispose();
        _files.Dispose();
        foreach (StapleKeeper keeper in _keepers)
        {
            keeper.Dispose();
        }

        foreach (SnapshotSource<PeerPolicy> policy in _policies.Values)
        {
            _engine.End(policy.Current);
        }
    }

    private SnapshotSource<LocalCredential> Load(string name, CredentialOrigin origin)
    {
        SnapshotSource<LocalCredential> credential = origin.Given ?? Follow(name, origin);
        if (origin.Stapling == OcspStapling.Enabled)
        {
            credential = origin.Given is null ? credential : Prepared(origin.Given);
            StapleKeeper keeper = new(name, credential, _engine.Revocation, _engine.TimeProvider, _logger);
            _keepers.Add(keeper);
            _files.Add(keeper, static keeper => keeper.Look());
            keeper.Look();
        }

        return credential;
    }

    // What a source of the application has next is presented once it is prepared, and not before.
    private static SnapshotSource<LocalCredential> Prepared(SnapshotSource<LocalCredential> given)
    {
        SnapshotSource<LocalCredential> prepared = new(given.Current.PrepareStaple());
        given.Changed += (_, _) => prepared.Change(_ => given.Current.PrepareStaple());
        return prepared;
    }

    private SnapshotSource<LocalCredential> Follow(string name, CredentialOrigin origin)
    {
        LocalCredentialSource source = new($"credential '{name}'", origin, _engine.TimeProvider, _logger, _files);
        source.ReloadFailed += (_, failed) => Tell(failed);
        return source.Credential;
    }

    private PeerPolicy Compile(string name, PeerPolicyOptions options)
    {
        // Looked at before they are read: what changes in between is then seen the next time. Followed even if they are of no use now.
        FollowedPolicy followed = new(this, name, new PolicyFiles(options));
        _followed[name] = followed;
        if (followed.Files.AreAny)
        {
            _files.Add(followed, static f => f.Look());
        }

        PeerPolicy policy = PeerPolicy.Create(name, options);
        policy.Announce(_logger);
        _engine.Begin(policy, problems => Tell(new ReloadFailedEventArgs($"policy '{name}'", problems)));
        return policy;
    }

    private void Reload(string? name)
    {
        SnapshotSource<PeerPolicy>? source = null;
        lock (_making)
        {
            if (name is null || !_policies.TryGetValue(name, out source))
            {
                return;
            }
        }

        try
        {
            // Asked for within the change, so that of two changes at once the later one stays.
            source.Change(old =>
            {
                PeerPolicy policy = Compile(name, _policyOptions.Get(name));
                _engine.End(old);
                return policy;
            });
            Log.PolicyReloaded(_logger, name);
        }
        catch (MutualTlsConfigurationException exception)
        {
            Log.PolicyReloadFailed(_logger, name, string.Join(" ", exception.Errors));
            Tell(new ReloadFailedEventArgs($"policy '{name}'", exception.Errors));
        }
#pragma warning disable CA1031 // Options are made by the application's code too; whatever it throws, the last good policy stays.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.PolicyReloadFailed(_logger, name, exception.Message);
            Tell(new ReloadFailedEventArgs($"policy '{name}'", [exception.Message]));
        }
    }

    private void Tell(ReloadFailedEventArgs failed)
    {
        try
        {
            ReloadFailed?.Invoke(this, failed);
        }
#pragma warning disable CA1031 // Code of the application may throw anything; what is followed is followed all the same.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.ReloadHandlerFailed(_logger, exception, failed.What);
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

    /// <summary>A policy and the files it was compiled from. Whoever compiles it again follows the files anew.</summary>
    private sealed class FollowedPolicy(MutualTlsEndpoints endpoints, string name, PolicyFiles files)
    {
        public PolicyFiles Files => files;

        public void Look()
        {
            if (endpoints._followed.TryGetValue(name, out FollowedPolicy? current) && ReferenceEquals(current, this) && files.HaveChanged())
            {
                endpoints.Reload(name);
            }
        }
    }
}
