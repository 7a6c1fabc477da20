using System.Collections;

namespace MutualTls.Findings;

/// <summary>Collects what was found against one path or one peer.</summary>
/// <remarks>Holds at most <see cref="Capacity"/> findings: a hostile certificate cannot make it grow. Later ones are counted in <see cref="Dropped"/>.</remarks>
/// <threadsafety>Not safe for concurrent writes.</threadsafety>
internal sealed class FindingCollection : IReadOnlyList<Finding>
{
    /// <summary>The most findings kept: enough for every rule at every depth of an ordinary path.</summary>
    public const int Capacity = 32;

    private readonly List<Finding> _findings = [];

    /// <summary>Gets how many findings there are.</summary>
    public int Count => _findings.Count;

    /// <summary>Gets how many findings were not kept because the collection was full.</summary>
    public int Dropped { get; private set; }

    /// <summary>Gets one finding, in the order found.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    public Finding this[int index] => _findings[index];

    /// <summary>Gets the finding to show first: the most useful reason, and among equals the one nearest to the end-entity.</summary>
    public Finding? Primary => _findings.Count == 0 ? null : _findings.MinBy(ReasonRank.Of);

    /// <summary>Adds one finding.</summary>
    /// <param name="finding">What was found.</param>
    public void Add(Finding finding)
    {
        if (_findings.Count < Capacity)
        {
            _findings.Add(finding);
        }
        else
        {
            Dropped++;
        }
    }

    public void Add(ValidationReason reason, int depth = -1, string? detail = null) => Add(new Finding(reason, depth, detail));

    public void AddRange(FindingCollection other)
    {
        foreach (Finding finding in other._findings)
        {
            Add(finding);
        }
    }

    /// <summary>Gets one collection with the findings of both; null if both are.</summary>
    public static FindingCollection? Join(FindingCollection? first, FindingCollection? second)
    {
        if (first is null || second is null)
        {
            return first ?? second;
        }

        first.AddRange(second);
        return first;
    }

    /// <inheritdoc/>
    public IEnumerator<Finding> GetEnumerator() => _findings.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
