namespace MutualTls.Policies;

/// <summary>Names how one check ended.</summary>
public enum CheckOutcome
{
    /// <summary>Nothing was found against the peer.</summary>
    Passed,

    /// <summary>It speaks against the peer.</summary>
    Failed,

    /// <summary>It was not made: the policy does not ask for it, or an earlier failure left nothing to check.</summary>
    NotChecked,
}

/// <summary>Says what one check was about and how it ended.</summary>
/// <param name="Name">What was asked, for people.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Detail">What was compared with what, or why it was not checked.</param>
public sealed record VerdictCheck(string Name, CheckOutcome Outcome, string Detail);
