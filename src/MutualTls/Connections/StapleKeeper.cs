using Microsoft.Extensions.Logging;
using MutualTls.Credentials;
using MutualTls.Diagnostics;
using MutualTls.Revocation;
using MutualTls.Sources;

namespace MutualTls.Connections;

/// <summary>Keeps the OCSP answer that a credential presents up to date, beside the handshakes: whoever connects meanwhile gets none, or the one that is still good.</summary>
/// <remarks>
/// Looked at every five seconds, and when another certificate takes the credential's place. An answer is asked for again at half of the time that it has left. One
/// that says revoked is not presented, and neither is one that is not verified.
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class StapleKeeper : IDisposable
{
    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(10), LongestPause = TimeSpan.FromDays(1);

    private readonly string _name;
    private readonly SnapshotSource<LocalCredential> _source;
    private readonly RevocationService _revocation;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly MutualTlsMeter _meter;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private LocalCredential? _kept;
    private DateTimeOffset _dueAt;
    private bool _isAsking;

    // What was logged last: a problem, or nothing once there is an answer. The same again would tell nothing new.
    private string? _told;

    public StapleKeeper(string name, SnapshotSource<LocalCredential> source, RevocationService revocation, TimeProvider clock, ILogger logger)
    {
        _name = name;
        _source = source;
        _revocation = revocation;
        _meter = revocation.Meter;
        _clock = clock;
        _logger = logger;
        source.Changed += OnChanged;
    }

    /// <summary>Asks if it is time to.</summary>
    public void Look()
    {
        LocalCredential credential = _source.Current;
        DateTimeOffset now = _clock.GetUtcNow();
        OcspStaple? standing = credential.StapleAt(now);
        _meter.StapleRemaining(_name, standing is null ? TimeSpan.Zero : standing.Until - now);
        if (standing is null && credential.Stapling is { Status: StaplingStatus.Presented, Detail: var problem })
        {
            Fail(credential, $"the last answer is over. {problem}".TrimEnd());
        }

        lock (_lock)
        {
            if (_isAsking || _stop.IsCancellationRequested || (ReferenceEquals(credential, _kept) && now < _dueAt && _dueAt - now <= LongestPause))
            {
                return;
            }

            _isAsking = true;
        }

        _ = KeepAsync(credential);
    }

    public void Dispose()
    {
        _source.Changed -= OnChanged;
        lock (_lock)
        {
            _stop.Cancel();
        }
    }

    private void OnChanged(object? sender, EventArgs change) => Look();

    private async Task KeepAsync(LocalCredential credential)
    {
        DateTimeOffset dueAt = _clock.GetUtcNow() + LeastPause;
        try
        {
            dueAt = await AskAsync(credential).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // Nobody is asked any more: what is presented ends in its time.
        }
#pragma warning disable CA1031 // Nobody awaits this; what goes wrong is told, and tried again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(credential, exception.Message);
        }
        finally
        {
            // Even if the log threw, which is code of the application.
            lock (_lock)
            {
                _isAsking = false;
                _kept = credential;
                _dueAt = dueAt;
            }
        }

        // Another one may have taken its place meanwhile.
        if (!ReferenceEquals(credential, _source.Current))
        {
            Look();
        }
    }

    private async Task<DateTimeOffset> AskAsync(LocalCredential credential)
    {
        if (credential.Issuer is not { } issuer)
        {
            Fail(credential, "the certificate of its issuer, by which answers are verified, is not given with it; add it, even if it is a root");
            return _clock.GetUtcNow() + LongestPause;
        }

        OwnAnswer answer = await _revocation.OwnCertificates.AskAsync(credential.Parsed, issuer, _stop.Token).ConfigureAwait(false);
        DateTimeOffset now = _clock.GetUtcNow(), until = answer.Result.Until;
        if (answer.Result.Status != RevocationStatus.Good)
        {
            bool isRevoked = answer.Result.Status == RevocationStatus.Revoked;
            if (isRevoked)
            {
                credential.Unstaple();
            }

            Fail(credential, answer.ToString(), isRevoked, answer.Kind);
            return answer.Place is null ? now + LongestPause : answer.RetryAt is { } retryAt && retryAt > now + LeastPause ? retryAt : now + LeastPause;
        }

        if (!credential.TryStaple(answer.Der, until))
        {
            Fail(credential, "this platform has no way to give it an answer; SChannel of Windows asks for one by itself");
            return now + LongestPause;
        }

        _meter.StapleRemaining(_name, until - now);
        if (_told != (_told = ""))
        {
            Log.StaplePresented(_logger, _name, until);
        }

        credential.Stapling = new StaplingState(StaplingStatus.Presented, until: until);

        TimeSpan pause = (until - now) / 2;
        return now + (pause < LeastPause ? LeastPause : pause > LongestPause ? LongestPause : pause);
    }

    private void Fail(LocalCredential credential, string detail, bool isRevoked = false, string? kind = null)
    {
        OcspStaple? standing = credential.StapleAt(_clock.GetUtcNow());
        try
        {
            if (_told != (_told = kind ?? detail))
            {
                Tell(standing, detail, isRevoked);
            }
        }
        finally
        {
            // Last: whoever sees the state finds it told.
            credential.Stapling = standing is null
                ? new StaplingState(StaplingStatus.Failed, detail)
                : new StaplingState(StaplingStatus.Presented, detail, standing.Until);
        }
    }

    private void Tell(OcspStaple? standing, string detail, bool isRevoked)
    {
        if (isRevoked)
        {
            Log.CredentialRevoked(_logger, _name, detail);
            return;
        }

        Log.StapleMissing(_logger, _name, standing is null ? "none is presented" : $"the one it has ends at {standing.Until:u}", detail);
    }
}
