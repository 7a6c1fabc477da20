using System.CommandLine;
using MutualTls.PerformancePage;

Option<bool> check = new("--check") { Description = "Write nothing; end with 1 if the page's tables are not those of the results." };
RootCommand root = new("Writes the tables and the picture of docs/performance.md from benchmarks/results. Run at the root of the repository.") { check };
root.SetAction(parsed =>
{
    Results results = Results.Read("benchmarks/results");
    Page page = Page.Read("docs/performance.md");
    string written = page.With(Tables.Of(results));
    if (parsed.GetValue(check))
    {
        Console.WriteLine(written == page.Text ? "The page's tables are those of the results." : "The page's tables are not those of the results: run this without --check.");
        return written == page.Text ? 0 : 1;
    }

    page.Write(written);
    Picture.Draw(results.Handshakes, "docs/images/handshake.png");
    return 0;
});
return root.Parse(args).Invoke();
