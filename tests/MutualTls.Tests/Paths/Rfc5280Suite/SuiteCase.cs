using MutualTls.Findings;

namespace MutualTls.Tests.Paths.Rfc5280Suite;

/// <summary>One row of the suite: what is judged and what the standard says of it.</summary>
/// <param name="Rule">The type in <c>Paths/Rules</c>, or the part beside them, that decides.</param>
/// <param name="Name">The section and the condition.</param>
/// <param name="Path">The chain.</param>
/// <param name="Reason"><see cref="ValidationReason.None"/>: accepted.</param>
/// <param name="Depth">Where the fault is.</param>
/// <param name="Policies">The user-constrained-policy-set, where the case is about it.</param>
internal sealed record SuiteCase(string Rule, string Name, SuitePath Path, ValidationReason Reason, int Depth = -1, string[]? Policies = null)
{
    public bool IsAccepted => Reason == ValidationReason.None;
}

/// <summary>Gathers the rows of one rule.</summary>
internal sealed class SuiteTable(string rule)
{
    private readonly List<SuiteCase> _cases = [];

    public IReadOnlyList<SuiteCase> Cases => _cases;

    public SuiteTable Accept(string name, SuitePath path, params string[] policies) =>
        Add(new SuiteCase(rule, name, path, ValidationReason.None, Policies: policies.Length == 0 ? null : policies));

    public SuiteTable Refuse(string name, ValidationReason reason, int depth, SuitePath path) => Add(new SuiteCase(rule, name, path, reason, depth));

    private SuiteTable Add(SuiteCase row)
    {
        _cases.Add(row);
        return this;
    }
}
