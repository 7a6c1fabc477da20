using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MutualTls.Sources;

namespace MutualTls.Credentials;

/// <summary>Loads a credential and follows where it came from: what takes its place is presented on new connections.</summary>
/// <remarks>
/// Files are looked at every five seconds, through links that are turned to others (as Kubernetes does); stores and delegates are asked every minute.
/// A certificate that does not match its key, is half-written, has expired or cannot be read changes nothing: the last good one stays, <see cref="ReloadFailed"/>
/// happens and a line is logged, once for each thing that is wrong, until it is mended.
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
public sealed class LocalCredentialSource : IDisposable
{
    private readonly string _name;
    private readonly CredentialOrigin _origin;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly FileWatch? _own;
    private readonly Lock _loading = new();
    private string? _told;
    private bool _disposed;

    /// <summary>Loads the credential.</summary>
    /// <exception cref="MutualTlsConfigurationException">It cannot be used.</exception>
    internal LocalCredentialSource(string name, CredentialOrigin origin, TimeProvider clock, ILogger logger, FileWatch? watch)
    {
        _name = name;
        _origin = origin;
        _clock = clock;
        _logger = logger;
        _origin.IsDue(clock);
        Credential = new SnapshotSource<LocalCredential>(origin.Load(clock));

        // This also keeps us alive for as long as anybody uses the credential: who follows files is held weakly.
        Credential.Changed += (_, _) => Log.CredentialReloaded(_logger, _name, Credential.Current.ToString());
        if (origin.MayChange)
        {
            _own = watch is null ? new FileWatch(clock, logger) : null;
            (watch ?? _own!).Add(this, static source => source.Look());
        }
    }

    /// <summary>Happens when what was to take the credential's place cannot be used; on a thread of the pool, or of whoever called <see cref="Reload"/>.</summary>
    public event EventHandler<ReloadFailedEventArgs>? ReloadFailed;

    /// <summary>Gets the credential of this moment, for <c>MutualTlsOptions.Credential</c>; its <c>Changed</c> tells of the next one.</summary>
    public SnapshotSource<LocalCredential> Credential { get; }

    /// <summary>Follows PEM files.</summary>
    /// <param name="certificateFile">The certificate first, then its intermediates.</param>
    /// <param name="privateKeyFile">The private key; null if it stands in <paramref name="certificateFile"/>.</param>
    /// <param name="password">The password of an encrypted key, or null.</param>
    /// <param name="timeProvider">The clock. The default is <see cref="TimeProvider.System"/>.</param>
    /// <param name="logger">Where changes are told. The default is nowhere.</param>
    /// <returns>The source.</returns>
    /// <exception cref="MutualTlsConfigurationException">A file cannot be read, or the credential cannot be used.</exception>
    public static LocalCredentialSource FromPemFile(
        string certificateFile, string? privateKeyFile = null, string? password = null, TimeProvider? timeProvider = null, ILogger? logger = null) =>
        Follow(CredentialOrigin.Pem(certificateFile, privateKeyFile, password), timeProvider, logger);

    /// <summary>Follows a PFX (PKCS#12) file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="password">Its password, or null.</param>
    /// <param name="timeProvider">The clock. The default is <see cref="TimeProvider.System"/>.</param>
    /// <param name="logger">Where changes are told. The default is nowhere.</param>
    /// <returns>The source.</returns>
    /// <exception cref="MutualTlsConfigurationException">It cannot be read or used.</exception>
    public static LocalCredentialSource FromPfxFile(string path, string? password, TimeProvider? timeProvider = null, ILogger? logger = null) =>
        Follow(CredentialOrigin.Pfx(path, password), timeProvider, logger);

    /// <summary>Follows a store of the operating system: the newest certificate with a subject.</summary>
    /// <param name="subject">The whole subject (<c>CN=web,O=Acme</c>, RFC 4514).</param>
    /// <param name="location">Whose store. The default is the current user's.</param>
    /// <param name="timeProvider">The clock. The default is <see cref="TimeProvider.System"/>.</param>
    /// <param name="logger">Where changes are told. The default is nowhere.</param>
    /// <returns>The source.</returns>
    /// <exception cref="MutualTlsConfigurationException">There is none, or it cannot be used.</exception>
    public static LocalCredentialSource FromStore(
        string subject, StoreLocation location = StoreLocation.CurrentUser, TimeProvider? timeProvider = null, ILogger? logger = null) =>
        Follow(CredentialOrigin.Asked(clock => LocalCredential.FromStoreBySubject(subject, location, clock)), timeProvider, logger);

    /// <summary>Asks a delegate at once and every minute, for keys that come from a vault or an agent.</summary>
    /// <param name="load">Gets the credential; if it throws, the last good one stays. Called by one thread at a time; it should not take long.</param>
    /// <param name="timeProvider">The clock. The default is <see cref="TimeProvider.System"/>.</param>
    /// <param name="logger">Where changes are told. The default is nowhere.</param>
    /// <returns>The source.</returns>
    public static LocalCredentialSource From(Func<LocalCredential> load, TimeProvider? timeProvider = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(load);
        return Follow(CredentialOrigin.Asked(_ => load()), timeProvider, logger);
    }

    /// <summary>Loads the credential now, instead of at the next look.</summary>
    /// <returns>False if what was loaded cannot be used, and the last good one stays.</returns>
    public bool Reload()
    {
        lock (_loading)
        {
            if (_disposed)
            {
                return false;
            }

            try
            {
                LocalCredential next = _origin.Load(_clock);
                _told = null;
                if (!next.IsSameAs(Credential.Current))
                {
                    Credential.Change(next);
                }

                return true;
            }
            catch (MutualTlsConfigurationException exception)
            {
                Tell(exception.Errors);
            }
#pragma warning disable CA1031 // Code of the application may throw anything, in its delegate and where it hears of changes; what was loaded last stays.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Tell([exception.Message]);
            }

            return false;
        }
    }

    /// <summary>Stops following; the credential stays as it is.</summary>
    public void Dispose()
    {
        lock (_loading)
        {
            _disposed = true;
        }

        _own?.Dispose();
    }

    private static LocalCredentialSource Follow(CredentialOrigin origin, TimeProvider? clock, ILogger? logger) =>
        new("The credential", origin, clock ?? TimeProvider.System, logger ?? NullLogger.Instance, watch: null);

    private void Look()
    {
        bool isDue;
        lock (_loading)
        {
            isDue = !_disposed && _origin.IsDue(_clock);
        }

        if (isDue)
        {
            Reload();
        }
    }

    // The same again every five seconds would tell nothing new.
    private void Tell(IReadOnlyList<string> errors)
    {
        string text = string.Join(" ", errors);
        if (text == _told)
        {
            return;
        }

        _told = text;
        Log.CredentialReloadFailed(_logger, _name, Credential.Current.ToString(), text);
        try
        {
            ReloadFailed?.Invoke(this, new ReloadFailedEventArgs(_name, errors));
        }
#pragma warning disable CA1031 // Code of the application may throw anything; the next look comes all the same.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.CredentialHandlerFailed(_logger, exception, _name);
        }
    }
}
