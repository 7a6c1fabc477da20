using MutualTls.Revocation.Memory;

namespace MutualTls.Revocation;

/// <summary>A certificate that will be asked about again. It does not keep a policy alive: one that was replaced goes, and another that has use for the answer steps in.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed class PlannedSubject
{
    private readonly WeakReference<RevocationChecker> _checker;
    private readonly bool _isOfOnePolicy;
    private readonly Func<RevocationChecker, RevocationMemory, RevocationSubject> _subject;

    public PlannedSubject(RevocationSubject subject)
    {
        _checker = new WeakReference<RevocationChecker>(subject.Checker);
        _isOfOnePolicy = subject.Checker.Own is not null;
        _subject = Without(subject);
        Authority = RevocationAuthority.HashOf(subject.Path, subject.Depth);
        MemoryNumber = subject.Checker.Own?.GetHashCode() ?? 0;
    }

    /// <summary>Gets a number that is the same for the same authority.</summary>
    public ulong Authority { get; }

    /// <summary>Gets a number that is the same for the same memory.</summary>
    public int MemoryNumber { get; }

    /// <summary>Gets the subject by the policy it was planned for, or by another one that asks the same; null if none has use for it any more.</summary>
    /// <param name="shared">The memory of policies that have none of their own.</param>
    /// <param name="policies">The policies in use.</param>
    /// <param name="source">What is to be asked.</param>
    public RevocationSubject? Wake(RevocationMemory shared, IEnumerable<RevocationChecker> policies, RevocationSource source)
    {
        if (_checker.TryGetTarget(out RevocationChecker? checker))
        {
            return _subject(checker, checker.Own ?? shared);
        }

        return _isOfOnePolicy ? null : policies.Select(policy => _subject(policy, shared)).FirstOrDefault(subject => subject.Checker.Asks(subject.Path, source));
    }

    // All but the policy, and the memory that may be the policy's.
    private static Func<RevocationChecker, RevocationMemory, RevocationSubject> Without(RevocationSubject subject)
    {
        var (path, depth, _, _, presented, pool, signatures) = subject;
        return (checker, memory) => new RevocationSubject(path, depth, checker, memory, presented, pool, signatures);
    }
}
