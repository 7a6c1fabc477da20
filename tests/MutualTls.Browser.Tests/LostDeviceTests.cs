using Microsoft.Playwright;
using MutualTls.Browser.Tests.Support;

namespace MutualTls.Browser.Tests;

/// <summary>A device is reported lost while it has the portal open.</summary>
// In turn with the others: a managed policy is of the whole machine, and of two only one would count.
[Collection("Chromium")]
public sealed class LostDeviceTests(Scene scene) : IClassFixture<Scene>
{
    [Fact]
    public async Task Click_RevokedWhileThePageIsOpen_IsRefused()
    {
        Person person = await scene.WithCertificateAsync();
        IPage open = await person.OpenAsync();
        await open.GotoAsync(person.Url);
        await Assertions.Expect(open.GetByRole(AriaRole.Heading, new() { Name = "Welcome, Ada Winter" })).ToBeVisibleAsync();

        // The same device in another tab: one connection for both.
        IPage other = await open.Context.NewPageAsync();
        await other.GotoAsync(person.Url);
        await other.GetByRole(AriaRole.Button, new() { Name = "Report it lost" }).ClickAsync();
        await Assertions.Expect(other.GetByRole(AriaRole.Heading, new() { Name = "LAPTOP-42 is reported lost" })).ToBeVisibleAsync();
        await other.KeepAsync("lost");

        IResponse answer = await open.RunAndWaitForResponseAsync(
            () => open.GetByRole(AriaRole.Link, new() { Name = "Look again" }).ClickAsync(), response => response.Request.IsNavigationRequest);

        Assert.Equal(403, answer.Status);
        await Assertions.Expect(open.GetByRole(AriaRole.Heading, new() { Name = "Your certificate was withdrawn" })).ToBeVisibleAsync();
        await Assertions.Expect(open.GetByText("MTLS1501")).ToBeVisibleAsync();
        await open.KeepAsync("revoked");
        await other.GetByRole(AriaRole.Link, new() { Name = "Try to open the portal" }).ClickAsync();
        await Assertions.Expect(other.GetByRole(AriaRole.Heading, new() { Name = "Your certificate was withdrawn" })).ToBeVisibleAsync();
    }
}
