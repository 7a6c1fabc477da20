namespace MutualTls.Findings;

/// <summary>Names what one step of a judgement came to.</summary>
public enum JudgementStepOutcome
{
    /// <summary>It is a fact to know; nothing was decided.</summary>
    Noted,

    /// <summary>Nothing was found against the peer.</summary>
    Passed,

    /// <summary>It speaks against the peer, or against the path that was tried.</summary>
    Failed,
}

/// <summary>Tells one step of a judgement.</summary>
/// <param name="Stage">Which part of the judgement it belongs to.</param>
/// <param name="Name">What was looked at.</param>
/// <param name="Outcome">What it came to.</param>
/// <param name="Detail">What was compared with what, for people.</param>
public sealed record JudgementStep(string Stage, string Name, JudgementStepOutcome Outcome, string Detail);
