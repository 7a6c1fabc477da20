using MutualTls.Tests.Peers;

namespace MutualTls.Browser.Tests.Support;

/// <summary>One portal, and the people who visit it. It serves several tests, since a browser takes seconds to start: none of them changes it.</summary>
public sealed class Scene : IAsyncDisposable
{
    private RunningPortal? _portal;
    private CertificateChoice? _choice;
    private Person? _with, _without;

    /// <summary>Gets somebody who has imported the laptop's certificate.</summary>
    internal async Task<Person> WithCertificateAsync() => _with ??= await Person.WithCertificateAsync(await PortalAsync());

    /// <summary>Gets somebody who has not.</summary>
    internal async Task<Person> WithoutCertificateAsync() => _without ??= await Person.WithoutCertificateAsync(await PortalAsync());

    public async ValueTask DisposeAsync()
    {
        await DisposeAsync(_with);
        await DisposeAsync(_without);
        _choice?.Dispose();
        await DisposeAsync(_portal);
    }

    // Not in a constructor: what this machine lacks skips a test.
    private async Task<RunningPortal> PortalAsync()
    {
        PeerProcess.Require("chromium");
        PeerProcess.Require("certutil");
        PeerProcess.Require("pk12util");
        _portal ??= await RunningPortal.StartAsync();
        _choice ??= CertificateChoice.For(_portal.Url);
        return _portal;
    }

    private static ValueTask DisposeAsync(IAsyncDisposable? made) => made?.DisposeAsync() ?? default;
}
