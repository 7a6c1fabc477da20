using System.Collections;
using System.Text;

namespace MutualTls.Findings;

/// <summary>Holds how one judgement went, step by step. The same engine that judges writes it; there is no second judge.</summary>
/// <threadsafety>Written by one judgement, then not changed: safe to read from any thread.</threadsafety>
public sealed class JudgementTrace : IReadOnlyList<JudgementStep>
{
    /// <summary>The most steps kept: some dozens of paths. A hostile chain cannot make it grow.</summary>
    internal const int Capacity = 1000;

    private readonly List<JudgementStep> _steps = [];
    private string _stage = "";

    internal JudgementTrace()
    {
    }

    /// <summary>Gets how many steps there are.</summary>
    public int Count => _steps.Count;

    /// <summary>Gets how many steps were not kept.</summary>
    public int Dropped { get; private set; }

    /// <summary>Gets one step, in the order taken.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    public JudgementStep this[int index] => _steps[index];

    /// <inheritdoc/>
    public IEnumerator<JudgementStep> GetEnumerator() => _steps.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Writes the steps as indented text, one a line.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        string stage = "";
        foreach (JudgementStep step in _steps)
        {
            if (step.Stage != stage)
            {
                stage = step.Stage;
                text.Append(stage).Append('\n');
            }

            char mark = step.Outcome switch { JudgementStepOutcome.Passed => '+', JudgementStepOutcome.Failed => '!', _ => '-' };
            text.Append("  ").Append(mark).Append(' ').Append(step.Name).Append(": ").Append(step.Detail).Append('\n');
        }

        return Dropped == 0 ? text.ToString() : text.Append("  - and ").Append(Dropped).Append(" more steps\n").ToString();
    }

    /// <summary>Begins the next part of the judgement.</summary>
    internal void Begin(string stage) => _stage = stage;

    internal void Note(string name, string detail) => Add(name, JudgementStepOutcome.Noted, detail);

    internal void Add(string name, JudgementStepOutcome outcome, string detail)
    {
        if (_steps.Count < Capacity)
        {
            _steps.Add(new JudgementStep(_stage, name, outcome, detail));
        }
        else
        {
            Dropped++;
        }
    }

    /// <summary>Tells of the check after another: what was found since is the later one's.</summary>
    internal void Tell(string name, FindingCollection? findings, ref int told, string compared)
    {
        Tell(name, findings, told, compared);
        told = findings?.Count ?? 0;
    }

    /// <summary>Tells of one check: the findings it added, or what it compared where it added none.</summary>
    internal void Tell(string name, FindingCollection? findings, int before, string compared)
    {
        int after = findings?.Count ?? 0;
        if (after == before)
        {
            Add(name, JudgementStepOutcome.Passed, compared);
        }

        for (int i = before; i < after; i++)
        {
            Add(name, JudgementStepOutcome.Failed, findings![i].ToString());
        }
    }
}
