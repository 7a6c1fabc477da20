using MutualTls.Policies;
using Spectre.Console;

namespace Quickstart;

/// <summary>Prints what happens, coloured where the terminal allows and plain otherwise.</summary>
internal static class Story
{
    private const int PlainWidth = 160;

    /// <summary>Gives lines room where nothing says how wide the output is: in a file or a pipe.</summary>
    public static void Begin()
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = PlainWidth;
        }
    }

    public static void Chapter(string title)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.Write(new Rule($"[bold]{title.EscapeMarkup()}[/]") { Justification = Justify.Left });
    }

    public static void Step(string who, string what) => Line($"[blue]{who.EscapeMarkup(),-6}[/]", indent: 8, what.EscapeMarkup());

    public static void Checks(string who, string whom, PeerVerdict verdict)
    {
        Step(who, $"checks the {whom}'s certificate: {verdict.EndEntity?.Subject ?? "there is none"}");
        foreach (VerdictCheck check in verdict.Checks)
        {
            string mark = check.Outcome switch { CheckOutcome.Passed => "[green]yes[/]", CheckOutcome.Failed => "[red]NO [/]", _ => "[yellow]-  [/]" };
            Line($"        {mark}", indent: 12, $"{check.Name.EscapeMarkup()}: {check.Detail.EscapeMarkup()}");
        }

        Step(who, verdict.IsAccepted ? $"accepts the {whom}" : $"refuses the {whom}");
    }

    public static void Outcome(bool asExpected, string what) =>
        Line("", indent: 8, asExpected ? $"[green]as expected[/]: {what.EscapeMarkup()}" : $"[red]NOT AS EXPECTED[/]: {what.EscapeMarkup()}");

    // A long line goes on below its own text, not below its mark.
    private static void Line(string mark, int indent, string markup)
    {
        Grid grid = new() { Expand = false };
        grid.AddColumn(new GridColumn { Width = indent, NoWrap = true, Padding = new Padding(0) });
        grid.AddColumn(new GridColumn { Padding = new Padding(0) });
        grid.AddRow(mark, markup);
        AnsiConsole.Write(grid);
    }
}
