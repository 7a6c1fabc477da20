using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;

namespace MutualTls.Tests.Support;

/// <summary>Ends servers of tests without a thread that waits.</summary>
internal static class ServerEnd
{
    // Kestrel's own disposal stops it while its thread waits: where the pool has two threads and two tests end at once, nothing goes on anywhere until it has a third.
    public static async ValueTask EndAsync(this WebApplication app, IServer server)
    {
        await server.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }
}
