using MutualTls.Policies;
using Spectre.Console;

namespace Quickstart;

/// <summary>Prints what happens, coloured where the terminal allows.</summary>
internal static class Story
{
    public static void Chapter(string title) => AnsiConsole.Write(new Rule($"[bold]{title.EscapeMarkup()}[/]") { Justification = Justify.Left });

    public static void Step(string who, string what) => AnsiConsole.MarkupLine($"[blue]{who.EscapeMarkup(),-7}[/] {what.EscapeMarkup()}");

    public static void Checks(string who, string whom, PeerVerdict verdict)
    {
        Step(who, $"checks the {whom}'s certificate: {verdict.EndEntity?.Subject ?? "none"}");
        foreach (VerdictCheck check in verdict.Checks)
        {
            string mark = check.Outcome switch { CheckOutcome.Passed => "[green]yes[/]", CheckOutcome.Failed => "[red]NO[/] ", _ => "[yellow]-[/]  " };
            AnsiConsole.MarkupLine($"          {mark} {check.Name.EscapeMarkup()}: {check.Detail.EscapeMarkup()}");
        }

        Step(who, verdict.IsAccepted ? $"accepts the {whom}" : $"refuses the {whom}");
    }

    public static void Outcome(bool asExpected, string what) =>
        AnsiConsole.MarkupLine(asExpected ? $"        [green]as expected[/]: {what.EscapeMarkup()}" : $"        [red]NOT AS EXPECTED[/]: {what.EscapeMarkup()}");
}
