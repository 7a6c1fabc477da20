using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Revocation.Crl;
using MutualTls.Revocation.Fetching;
using MutualTls.Revocation.Memory;

namespace MutualTls.Revocation;

/// <summary>Fetches revocation data beside the handshakes, verifies it, keeps it in memory and up to date.</summary>
/// <remarks>Only places that a verified path or a policy names are asked. Nothing here is called by a handshake; the gate awaits it, up to the policy's deadline.</remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
public sealed class RevocationService : IAsyncDisposable, IDisposable
{
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly RevocationFetcher _fetcher;
    private readonly RevocationInquiry _inquiry;
    private readonly RevocationRefresher _refresher;

    /// <summary>Makes a service.</summary>
    /// <param name="options">How to fetch; null is the defaults.</param>
    /// <param name="timeProvider">The clock. The default is <see cref="TimeProvider.System"/>.</param>
    /// <param name="logger">Where failures are told. The default is nowhere.</param>
    /// <exception cref="MutualTlsConfigurationException">An option is out of its range; the exception lists everything.</exception>
    public RevocationService(RevocationServiceOptions? options = null, TimeProvider? timeProvider = null, ILogger<RevocationService>? logger = null)
        : this(options ?? new RevocationServiceOptions(), timeProvider ?? TimeProvider.System, logger ?? (ILogger)NullLogger.Instance, fetch: null)
    {
    }

    internal RevocationService(RevocationServiceOptions options, TimeProvider timeProvider, ILogger logger, FetchOptions? fetch)
    {
        if (options.Validate() is { Count: > 0 } errors)
        {
            throw new MutualTlsConfigurationException("revocation options", errors);
        }

        _timeProvider = timeProvider;
        _logger = logger;
        _fetcher = new RevocationFetcher(
            (fetch ?? new FetchOptions()) with
            {
                LocalAddresses = options.AllowLocalAddresses ? LocalAddresses.Allowed : LocalAddresses.Refused,
                Proxy = options.Proxy,
                OcspTimeout = options.OcspTimeout,
                CrlTimeout = options.CrlTimeout,
                MaxCrlBytes = options.MaxCrlBytes,
            },
            timeProvider, logger);
        _inquiry = new RevocationInquiry(_fetcher, timeProvider, change => Changed?.Invoke(this, change));
        _refresher = new RevocationRefresher(timeProvider, options.RefreshInterval, RefreshAsync);
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

    internal RevocationMemory Memory { get; } = new();

    internal int Scheduled => _refresher.Count;

    /// <summary>Forgets everything that was fetched: every standing verdict is judged again, and what is needed is fetched again.</summary>
    public void Purge() => Memory.Purge();

    /// <summary>Forgets what is known about the certificates of one path.</summary>
    /// <param name="path">The path, of a verdict for example.</param>
    public void Invalidate(VerifiedPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        for (int depth = 0; depth < path.Certificates.Count; depth++)
        {
            Memory.Find(path, depth)?.Forget();
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
            if (authority.IsSigner(crl) && authority.TryKeep(crl))
            {
                used = true;
                Changed?.Invoke(this, new RevocationChangedEventArgs(authority, crl, CrlSet.Empty));
            }
        }

        if (used)
        {
            Memory.Changed();
        }

        return used;
    }

    /// <summary>Stops fetching.</summary>
    /// <returns>A task that ends when no fetch is under way.</returns>
    public async ValueTask DisposeAsync()
    {
        _refresher.Dispose();
        await _fetcher.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Stops fetching, without awaiting what is under way.</summary>
    public void Dispose() => _ = DisposeAsync().AsTask();

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
                asked.Add(AskAsync(subject, cancellationToken));
            }
        }

        await Task.WhenAll(asked).ConfigureAwait(false);
    }

    private async Task AskAsync(RevocationSubject subject, CancellationToken cancellationToken)
    {
        if (await _inquiry.AskAsync(subject, cancellationToken).ConfigureAwait(false) is { } place)
        {
            _refresher.Schedule(subject, place, subject.FreshUntil(_timeProvider.GetUtcNow()));
        }
    }

    private async Task RefreshAsync(RevocationSubject subject, RevocationPlaceAnswer place)
    {
        try
        {
            RevocationAuthority authority = subject.Memory.FindOrAdd(subject.Path, subject.Depth);
            if (place.Source == RevocationSource.Ocsp)
            {
                // Nobody has asked since: the peer is gone, or its verdict stands on.
                if (authority.FindUnread(subject.Serial))
                {
                    return;
                }
            }

            await _inquiry.AskAsync(subject, authority, place.Source, place.Url, CancellationToken.None).ConfigureAwait(false);
            _refresher.Schedule(subject, place, subject.FreshUntil(_timeProvider.GetUtcNow()));
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The service is being disposed.
        }
#pragma warning disable CA1031 // Nobody awaits a refresh; what goes wrong in one is told, and the answer held stays.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.RefreshFailed(_logger, exception, place.Url.GetLeftPart(UriPartial.Path));
        }
    }
}
