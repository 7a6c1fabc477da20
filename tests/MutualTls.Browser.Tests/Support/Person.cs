using Microsoft.Playwright;
using MutualTls.Tests.Peers;

namespace MutualTls.Browser.Tests.Support;

/// <summary>Somebody with the system's Chromium and a home of their own, who has done what the portal printed, or a part of it.</summary>
internal sealed class Person : IAsyncDisposable
{
    private readonly string _home;
    private readonly IPlaywright _playwright;

    private readonly IBrowser _browser;

    private Person(string url, string home, IPlaywright playwright, IBrowser browser)
    {
        Url = url;
        _home = home;
        _playwright = playwright;
        _browser = browser;
    }

    /// <summary>Gets where the portal is.</summary>
    public string Url { get; }

    /// <summary>Has the person trust Acme Root, and import the laptop's certificate.</summary>
    public static Task<Person> WithCertificateAsync(RunningPortal portal) => StartAsync(portal.Url, [.. TrustIn(portal), $"pk12util {portal.Line("pk12util")}"]);

    /// <summary>Has the person trust Acme Root.</summary>
    public static Task<Person> WithoutCertificateAsync(RunningPortal portal) => StartAsync(portal.Url, TrustIn(portal));

    private static string[] TrustIn(RunningPortal portal) => [$"mkdir {portal.Line("mkdir")}", portal.Line("Linux")];

    private static async Task<Person> StartAsync(string url, string[] lines)
    {
        string home = Directory.CreateTempSubdirectory("mutualtls-home-").FullName;
        await using PeerProcess shell = PeerProcess.Start("env", $"HOME={home}", "sh", "-e", "-c", string.Join('\n', lines));
        int code = await shell.ExitAsync();
        await shell.KillAsync();
        Assert.True(code == 0, shell.Output);

        // What is expected of a page is waited for, too: without this for five seconds.
        Assertions.SetDefaultExpectTimeout(60_000);
        IPlaywright playwright = await Playwright.CreateAsync();
        IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = PathOf("chromium"),

            // Root has no sandbox; containers have a small /dev/shm.
            Args = ["--no-sandbox", "--disable-dev-shm-usage"],
            Env = new Dictionary<string, string> { ["HOME"] = home, ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "" },
            Timeout = 60_000,
        });
        return new Person(url, home, playwright, browser);
    }

    /// <summary>Opens a window with one page, on a desk or of a phone.</summary>
    public async Task<IPage> OpenAsync(int width = 1200, int height = 900)
    {
        bool isPhone = width < 600;
        IBrowserContext window = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            DeviceScaleFactor = isPhone ? 2 : 1,
            IsMobile = isPhone,
            HasTouch = isPhone,
        });
        window.SetDefaultTimeout(60_000);
        return await window.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    private static string PathOf(string command) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, command)).First(File.Exists);
}
