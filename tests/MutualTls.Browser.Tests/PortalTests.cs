using Microsoft.Playwright;
using MutualTls.Browser.Tests.Support;

namespace MutualTls.Browser.Tests;

/// <summary>The intranet portal, as a person sees it.</summary>
[Collection("Chromium")]
public sealed class PortalTests(Scene scene) : IClassFixture<Scene>
{
    [Fact]
    public async Task Visit_WithCertificate_ShowsWhoTheyAreAndEveryCheck()
    {
        Person person = await scene.WithCertificateAsync();
        IPage page = await person.OpenAsync();
        List<string> asked = [], errors = [];
        page.Request += (_, request) => asked.Add(request.Url);
        page.Console += (_, message) => errors.Add(message.Text);

        IResponse? answer = await page.GotoAsync(person.Url);

        Assert.Equal(200, answer?.Status);
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Welcome, Ada Winter" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row)).ToHaveCountAsync(7);
        await Assertions.Expect(page.GetByText("Passed", new() { Exact = true })).ToHaveCountAsync(6);
        await page.KeepAsync("accepted");
        await page.AssertAccessibleAsync();
        await page.KeepAsync("accepted-dark");

        // Nothing comes from elsewhere, and its own policy keeps nothing of it out.
        Assert.All(asked, url => Assert.StartsWith(person.Url, url, StringComparison.Ordinal));
        Assert.Empty(errors);
    }

    [Fact]
    public async Task Visit_WithoutCertificate_SaysWhy()
    {
        Person person = await scene.WithoutCertificateAsync();
        IPage page = await person.OpenAsync();

        IResponse? answer = await page.GotoAsync(person.Url);

        Assert.Equal(403, answer?.Status);
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Your browser showed no certificate" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("MTLS1001")).ToBeVisibleAsync();
        await page.KeepAsync("refused");
        await page.AssertAccessibleAsync();
        await page.KeepAsync("refused-dark");

        IPage phone = await person.OpenAsync(375, 812);
        await phone.GotoAsync(person.Url);
        await phone.AssertFitsAsync();
        await phone.KeepAsync("refused-phone");
    }

    [Theory]
    [InlineData(375)]
    [InlineData(320)]
    public async Task Visit_WithAPhone_FitsItsWidth(int width)
    {
        Person person = await scene.WithCertificateAsync();
        IPage page = await person.OpenAsync(width, 812);

        await page.GotoAsync(person.Url);
        await page.AssertFitsAsync();
        await page.KeepAsync($"accepted-phone-{width}");
        await page.GetByText("Every step of the judgement").TapAsync();
        await page.AssertFitsAsync();
    }
}
