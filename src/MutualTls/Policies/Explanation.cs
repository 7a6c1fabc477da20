using System.Buffers;
using System.Text.Json;
using MutualTls.Findings;

namespace MutualTls.Policies;

/// <summary>Tells how a peer was judged, step by step: what was compared with what, which anchors were tried, and why each path failed.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class Explanation
{
    internal Explanation(PeerVerdict verdict, JudgementTrace steps)
    {
        Verdict = verdict;
        Steps = steps;
    }

    /// <summary>Gets the verdict.</summary>
    public PeerVerdict Verdict { get; }

    /// <summary>Gets the steps that led to it.</summary>
    public JudgementTrace Steps { get; }

    /// <summary>Writes the steps and the verdict as text: + passed, ! failed, - noted.</summary>
    public override string ToString() =>
        $"{Steps}verdict\n  {(Verdict.IsAccepted ? '+' : '!')} {Verdict}\n{(Verdict.Primary is { } primary ? $"  - hint: {primary.Hint}\n" : "")}";

    /// <summary>Writes the steps and the verdict as JSON.</summary>
    /// <returns>One object: <c>outcome</c>, <c>policy</c>, <c>findings</c>, <c>warnings</c>, <c>steps</c>.</returns>
    public string ToJson()
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("outcome", Verdict.Outcome.ToString());
            json.WriteBoolean("enforced", Verdict.IsEnforced);
            json.WriteString("policy", Verdict.Policy.Name);
            json.WriteNumber("policyVersion", Verdict.Policy.Version);
            json.WriteString("judgedAt", Verdict.JudgedAt);
            Write(json, "findings", Verdict.Findings);
            Write(json, "warnings", Verdict.Warnings);
            json.WriteStartArray("steps");
            foreach (JudgementStep step in Steps)
            {
                json.WriteStartObject();
                json.WriteString("stage", step.Stage);
                json.WriteString("name", step.Name);
                json.WriteString("outcome", step.Outcome.ToString());
                json.WriteString("detail", step.Detail);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<Finding> findings)
    {
        json.WriteStartArray(name);
        foreach (Finding finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("code", finding.Code);
            json.WriteString("reason", finding.Reason.ToString());
            json.WriteNumber("depth", finding.Depth);
            json.WriteString("detail", finding.Detail);
            json.WriteString("hint", finding.Hint);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
