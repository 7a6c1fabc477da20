using MutualTls.Sources;

namespace MutualTls.Credentials;

/// <summary>Says where a credential is loaded from, and tells when it has to be loaded again.</summary>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
internal sealed class CredentialOrigin
{
    /// <summary>How often what cannot be looked at without loading it (a store, a delegate) is loaded.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    // A chain of certificates with a key takes some kilobytes.
    private const int MaxFileBytes = 4 << 20;

    private readonly WatchedFile[] _files;
    private readonly Func<TimeProvider, LocalCredential> _load;
    private readonly bool _isAsked;
    private long _loadedAt;

    private CredentialOrigin(Func<TimeProvider, LocalCredential> load, WatchedFile[] files, bool isAsked)
    {
        _load = load;
        _files = files;
        _isAsked = isAsked;
    }

    /// <summary>Gets the source that somebody else changes; null where this loads by itself.</summary>
    public SnapshotSource<LocalCredential>? Given { get; private init; }

    /// <summary>Gets whether the credential presents the OCSP answer about itself.</summary>
    public OcspStapling Stapling { get; private set; }

    /// <summary>Gets whether it may ever load something else than the first time.</summary>
    public bool MayChange => _isAsked || _files.Length > 0;

    public static CredentialOrigin Pem(string certificateFile, string? privateKeyFile, string? password)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(certificateFile);
        WatchedFile certificates = new(certificateFile);
        WatchedFile? key = privateKeyFile is null ? null : new(privateKeyFile);
        return new CredentialOrigin(
            clock => LocalCredential.FromPem(Text(certificates), key is null ? null : Text(key), password, clock), key is null ? [certificates] : [certificates, key], isAsked: false);
    }

    public static CredentialOrigin Pfx(string path, string? password)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        WatchedFile file = new(path);
        return new CredentialOrigin(clock => LocalCredential.FromPfx(Octets(file), password, clock), [file], isAsked: false);
    }

    /// <summary>Asks again and again.</summary>
    public static CredentialOrigin Asked(Func<TimeProvider, LocalCredential> load) => new(load, [], isAsked: true);

    /// <summary>Loads once.</summary>
    public static CredentialOrigin Once(Func<TimeProvider, LocalCredential> load) => new(load, [], isAsked: false);

    /// <summary>Leaves it to somebody else.</summary>
    public static CredentialOrigin Of(SnapshotSource<LocalCredential> source) => new(_ => source.Current, [], isAsked: false) { Given = source };

    /// <summary>Says whether the credential presents the OCSP answer about itself.</summary>
    public CredentialOrigin With(OcspStapling stapling)
    {
        Stapling = stapling;
        return this;
    }

    /// <summary>Tells whether it is to be loaded again.</summary>
    public bool IsDue(TimeProvider clock)
    {
        bool isDue = _isAsked && clock.GetElapsedTime(_loadedAt) >= Interval;
        foreach (WatchedFile file in _files)
        {
            // Each is looked at, so that each knows what it was like.
            isDue |= file.IsDue();
        }

        return isDue;
    }

    /// <summary>Loads it. What is of no use now is looked at again the next time: certificate and key are seldom replaced in one step.</summary>
    /// <exception cref="MutualTlsConfigurationException">It cannot be read or used.</exception>
    public LocalCredential Load(TimeProvider clock)
    {
        _loadedAt = clock.GetTimestamp();
        try
        {
            LocalCredential loaded = _load(clock);
            return Stapling == OcspStapling.Enabled ? loaded.PrepareStaple() : loaded;
        }
        catch
        {
            foreach (WatchedFile file in _files)
            {
                file.Retry();
            }

            throw;
        }
    }

    private static string Text(WatchedFile file) => System.Text.Encoding.UTF8.GetString(Octets(file));

    private static byte[] Octets(WatchedFile file)
    {
        try
        {
            return file.ReadAll(MaxFileBytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MutualTlsConfigurationException("credential", [$"'{file.Path}' cannot be read: {exception.Message}"]);
        }
    }
}
