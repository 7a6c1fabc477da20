using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;

namespace MutualTls.Tests.Support;

/// <summary>Ends servers of tests without a thread that waits.</summary>
internal static class ServerEnd
{
    /// <summary>Gets what ends a server when it is disposed of, in the place of the server itself.</summary>
    public static IAsyncDisposable Ending(this WebApplication app) => new End(app, app.Services.GetRequiredService<IServer>());

    // Kestrel's own disposal stops it while its thread waits: where the pool has two threads and two tests end at once, nothing goes on anywhere until it has a third.
    public static async ValueTask EndAsync(this WebApplication app, IServer server)
    {
        await server.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }

    private sealed class End(WebApplication app, IServer server) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => app.EndAsync(server);
    }
}
