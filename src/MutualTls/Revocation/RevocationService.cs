using System.Diagnostics.Metrics;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MutualTls.Certificates;
using MutualTls.Diagnostics;
using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Revocation.Crl;
using MutualTls.Revocation.Fetching;
using MutualTls.Revocation.Memory;
using MutualTls.Revocation.Stores;

namespace MutualTls.Revocation;

/// <summary>Fetches revocation data beside the handshakes, verifies it, keeps it in memory and up to date.</summary>
/// <remarks>Only places that a verified path, a policy or a credential of our own names are asked. Nothing here is called by a handshake; the gate awaits it, up to the policy's deadline.</remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
public sealed class RevocationService : IAsyncDisposable, IDisposable
{
    // What a large mesh has at once; those with the least time left go first.
    private const int MaxStoredFiles = 50_000;
    private const long MaxStoredBytes = 1L << 30;

    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly RevocationFetcher _fetcher;
    private readonly AnswerArchive _archive;
    private readonly RevocationUpkeep _upkeep;
    private readonly CrlFollower _files;
    private readonly Lazy<Task> _disposal;

    /// <summary>Makes a service.</summary>
    /// <param name="options">How to fetch; null is the defaults.</param>
    /// <param name="timeProvider">The clock. The default is <see cref="TimeProvider.System"/>.</param>
    /// <param name="logger">Where failures are told. The default is nowhere.</param>
    /// <param name="cache">The cache that <see cref="RevocationServiceOptions.DistributedCache"/> speaks of.</param>
    /// <param name="meterFactory">What makes the meter that fetches are counted by. The default is one meter for the process, of the same name: <c>MutualTls</c>.</param>
    /// <exception cref="MutualTlsConfigurationException">An option is out of its range; the exception lists everything.</exception>
    public RevocationService(
        RevocationServiceOptions? options = null, TimeProvider? timeProvider = null, ILogger<RevocationService>? logger = null, IDistributedCache? cache = null,
        IMeterFactory? meterFactory = null)
        : this(options ?? new RevocationServiceOptions(), timeProvider ?? TimeProvider.System, logger ?? (ILogger)NullLogger.Instance, cache, fetch: null, meterFactory)
    {
    }

    internal RevocationService(
        RevocationServiceOptions options, TimeProvider timeProvider, ILogger logger, IDistributedCache? cache, FetchOptions? fetch = null, IMeterFactory? meterFactory = null)
    {
        List<string> errors = options.Validate();
        if (options.DistributedCache == RevocationCacheUse.Used && cache is null)
        {
            errors.Add("DistributedCache: Used, and no IDistributedCache is registered; register one, or leave it Unused.");
        }

        if (errors.Count > 0)
        {
            throw new MutualTlsConfigurationException("revocation options", errors);
        }

        _timeProvider = timeProvider;
        _logger = logger;
        Memory = new RevocationMemory(count => Log.RevocationMemoryFull(logger, count), maxOctets: Math.Max(RevocationMemory.DefaultMaxOctets, 4L * options.MaxCrlBytes));
        Meter = MutualTlsMeter.Of(meterFactory);
        _fetcher = new RevocationFetcher(
            (fetch ?? new FetchOptions()) with
            {
                LocalAddresses = options.Dangerous.AllowLocalAddresses ? LocalAddresses.Allowed : LocalAddresses.Refused,
                Proxy = options.Proxy,
                OcspTimeout = options.OcspTimeout,
                CrlTimeout = options.CrlTimeout,
                MaxCrlBytes = options.MaxCrlBytes,
            },
            timeProvider, logger, isAllowed: null, Meter);
        OwnCertificates = new OwnCertificateInquiry(_fetcher, timeProvider);
        _archive = new AnswerArchive(StoresOf(options, timeProvider, logger, cache), maxWaitingBytes: 2L * options.MaxCrlBytes, timeProvider, logger);
        RevocationIntake intake = new(Tell);
        RevocationRecall recalls = new(_archive, intake, options.MaxStoredAge, timeProvider);
        _upkeep = new RevocationUpkeep(_fetcher, recalls, intake, Memory, options.RefreshInterval, timeProvider, logger);
        _files = new CrlFollower(timeProvider, logger, Tell);
        if (options.Dangerous.AllowLocalAddresses)
        {
            Log.DangerousFetchingInUse(logger, nameof(options.Dangerous.AllowLocalAddresses));
        }

        _disposal = new Lazy<Task>(DisposeOnceAsync);
    }

    /// <summary>Happens when something was learnt that may make a standing verdict wrong. A handler must be short and must not throw.</summary>
    public event EventHandler<RevocationChangedEventArgs>? Changed;

    /// <summary>Gets what is known, with its age.</summary>
    public IReadOnlyList<KnownRevocation> Known =>
    [
        .. Memory.Authorities.SelectMany(authority =>
            authority.Crls.All.Select(crl => new KnownRevocation(authority.Name, RevocationSource.Crl, null, crl.ThisUpdate, crl.NextUpdate, crl.Entries.Count))
                .Concat(authority.Answers.Select(answer => new KnownRevocation(
                    authority.Name, RevocationSource.Ocsp, Convert.ToHexString(answer.Key), answer.Value.Result.ThisUpdate, answer.Value.Result.Until,
                    answer.Value.Result.Status == RevocationStatus.Revoked ? 1 : 0)))),
    ];

    internal RevocationMemory Memory { get; }

    internal MutualTlsMeter Meter { get; }

    /// <summary>Gets what asks about certificates of our own.</summary>
    internal OwnCertificateInquiry OwnCertificates { get; }

    internal int Scheduled => _upkeep.Scheduled;

    /// <summary>Gets how many requests are on their way, those not counted that await their turn or another try.</summary>
    internal int Sending => _fetcher.Sending;

    /// <summary>Gets of how many policies the CRL files are followed.</summary>
    internal int Followed => _files.Count;

    /// <summary>Knows a policy that is judged by from now on, and follows its CRL files, until it is used no more; null checks nothing.</summary>
    internal void Follow(RevocationChecker? checker)
    {
        if (checker is not null && _upkeep.Learn(checker) && checker.HasFiles)
        {
            _files.Follow(checker);
        }
    }

    /// <summary>Forgets everything that was fetched: every standing verdict is judged again, and what is needed is fetched again.</summary>
    /// <remarks>In the stores, what this process knows of is removed soon, and what was stored until now is not used by this process. Other processes keep what they hold.</remarks>
    public void Purge()
    {
        _archive.Purge([.. Memory.Authorities.SelectMany(authority => authority.StoreKeys())]);
        Memory.Purge();
        Tell(new RevocationChangedEventArgs());
    }

    /// <summary>Forgets what is known about the certificates of one path, in the stores too.</summary>
    /// <param name="path">The path, of a verdict for example.</param>
    public void Invalidate(VerifiedPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        for (int depth = 0; depth < path.Certificates.Count; depth++)
        {
            RevocationAuthority authority = Memory.FindOrAdd(path, depth);
            _archive.Remove([.. authority.StoreKeys(), .. RevocationPlaces.PointersOf(path.Span[depth]).Select(place => authority.StoreKeyOf(place.Source, place.Url, path.Span[depth].SerialNumberBytes))]);
            authority.Forget();
        }

        Memory.Changed();
    }

    /// <summary>Adds a CRL that came by another way, for the authorities on paths seen so far.</summary>
    /// <param name="der">The CRL as DER.</param>
    /// <returns>Whether it is of use: the key of such an authority signed it, and it is newer than the one held.</returns>
    public bool Add(ReadOnlySpan<byte> der)
    {
        if (!CrlParser.TryParse(der, out ParsedCrl? crl, out _))
        {
            return false;
        }

        bool used = false;
        foreach (RevocationAuthority authority in Memory.Authorities)
        {
            CrlSet before = authority.Crls;
            if (authority.IsSigner(crl) && authority.TryKeep(crl))
            {
                used = true;
                Memory.Add(RevocationAuthority.WeightOf(crl));
                Memory.Changed();
                Tell(new RevocationChangedEventArgs(crl, before));
            }
        }

        return used;
    }

    /// <summary>Stops fetching, and following files.</summary>
    /// <returns>A task that ends when no fetch is under way and what was fetched is stored.</returns>
    public ValueTask DisposeAsync() => new(_disposal.Value);

    /// <summary>Stops fetching, and following files, without awaiting what is under way.</summary>
    public void Dispose() => _ = _disposal.Value;

    /// <summary>Asks about every certificate of a path whose status is unknown and worth asking for; many who ask the same share one fetch.</summary>
    /// <exception cref="OperationCanceledException">The wait was given up; the fetches go on.</exception>
    internal async Task AskAsync(VerifiedPath path, RevocationChecker checker, ParsedCertificate[] presented, CandidatePool pool, SignatureMemo signatures, CancellationToken cancellationToken)
    {
        List<Task> asked = [];
        for (int depth = 0; depth < path.Certificates.Count; depth++)
        {
            RevocationSubject subject = new(path, depth, checker, checker.Own ?? Memory, presented, pool, signatures);
            DateTimeOffset now = _timeProvider.GetUtcNow();
            if (checker.IsWorthAsking(path, subject.Read(now), Memory, now))
            {
                asked.Add(_upkeep.AskAsync(subject, cancellationToken));
            }
        }

        await Task.WhenAll(asked).ConfigureAwait(false);
    }

    private async Task DisposeOnceAsync()
    {
        _files.Dispose();
        _upkeep.Dispose();
        await _fetcher.DisposeAsync().ConfigureAwait(false);
        await _archive.DisposeAsync().ConfigureAwait(false);
    }

    // Each handler by itself: one that throws must not keep the next one from what it has to close.
    private void Tell(RevocationChangedEventArgs change)
    {
        foreach (EventHandler<RevocationChangedEventArgs> handler in Changed?.GetInvocationList() ?? [])
        {
            try
            {
                handler(this, change);
            }
#pragma warning disable CA1031 // Code of the application may throw anything; it must not make an answer one of no use.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Log.ChangedHandlerFailed(_logger, exception);
            }
        }
    }

    private static IRevocationStore[] StoresOf(RevocationServiceOptions options, TimeProvider timeProvider, ILogger logger, IDistributedCache? cache)
    {
        List<IRevocationStore> stores = [];
        if (options.StoreFolder is { } folder)
        {
            stores.Add(new FolderStore(folder, new FolderLimits(options.MaxCrlBytes, MaxStoredFiles, Math.Max(MaxStoredBytes, 4L * options.MaxCrlBytes)), timeProvider, logger));
        }

        if (options.DistributedCache == RevocationCacheUse.Used)
        {
            stores.Add(new DistributedCacheStore(cache!, options.MaxCrlBytes, timeProvider, logger));
        }

        return [.. stores];
    }
}
