using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using MutualTls.Tests.House;

namespace MutualTls.Browser.Tests.Support;

/// <summary>What is asked of every page.</summary>
internal static class Pages
{
    /// <summary>Keeps what a person would see, in <c>artifacts/browser</c>.</summary>
    public static Task KeepAsync(this IPage page, string name) =>
        page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Repository.Root, "artifacts", "browser", $"{name}.png"), FullPage = true });

    /// <summary>Asks axe-core for what keeps people from using a page: landmarks, names, tables, and contrast in light and in dark.</summary>
    public static async Task AssertAccessibleAsync(this IPage page)
    {
        await AssertNothingFoundAsync(page, ColorScheme.Light, new AxeRunOptions());
        await AssertNothingFoundAsync(page, ColorScheme.Dark, new AxeRunOptions { RunOnly = RunOnlyOptions.Rules("color-contrast") });
    }

    /// <summary>Asks whether all of the page is as wide as its window.</summary>
    public static async Task AssertFitsAsync(this IPage page) =>
        Assert.Empty(await page.EvaluateAsync<string[]>(
            "() => [document.documentElement, ...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 || e === document.documentElement && e.scrollWidth > innerWidth).map(e => e.outerHTML.slice(0, 100))"));

    private static async Task AssertNothingFoundAsync(IPage page, ColorScheme scheme, AxeRunOptions options)
    {
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });
        AxeResult result = await page.RunAxe(options);
        Assert.NotEmpty(result.Passes);
        Assert.Empty(result.Violations.Select(rule => $"{scheme}: {rule.Help}: {string.Join("; ", rule.Nodes.Select(node => node.Html))}"));
    }
}
