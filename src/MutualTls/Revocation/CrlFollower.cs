using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using MutualTls.Revocation.Crl;
using MutualTls.Sources;

namespace MutualTls.Revocation;

/// <summary>Has the CRL files of policies read again when they change, for as long as the policies are in use, and tells what changed.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class CrlFollower(TimeProvider timeProvider, ILogger logger, Action<RevocationChangedEventArgs> changed) : IDisposable
{
    private readonly FileWatch _watch = new(timeProvider, logger);

    // What was told of each policy's CRLs so far. Holds no policy.
    private readonly ConditionalWeakTable<RevocationChecker, StrongBox<CrlSet>> _told = [];

    public int Count => _watch.Count;

    /// <summary>Follows the files of a policy from now on.</summary>
    public void Follow(RevocationChecker checker)
    {
        if (!_told.TryGetValue(checker, out _) && _told.TryAdd(checker, new StrongBox<CrlSet>(checker.Configured)))
        {
            _watch.Add(checker, Look);
        }
    }

    public void Dispose() => _watch.Dispose();

    private void Look(RevocationChecker checker)
    {
        List<string> problems = [];
        checker.Refresh(problems);
        foreach (string problem in problems)
        {
            Log.CrlFileUnusable(logger, problem);
        }

        // Another service may have had them read.
        CrlSet now = checker.Configured;
        if (!_told.TryGetValue(checker, out StrongBox<CrlSet>? told) || ReferenceEquals(told.Value, now))
        {
            return;
        }

        CrlSet before = told.Value!;
        told.Value = now;
        Log.CrlFilesRead(logger, now.All.Count);
        foreach (ParsedCrl crl in now.All.Except(before.All))
        {
            changed(new RevocationChangedEventArgs(crl, before));
        }
    }
}
