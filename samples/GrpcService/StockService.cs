using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using MutualTls.AspNetCore.Features;

namespace GrpcService;

/// <summary>Counts what is in stock, for shops, and says whom it told.</summary>
internal sealed class StockService : Stock.StockBase
{
    private const int Pieces = 3;

    public override Task<Counted> Count(Item request, ServerCallContext context) => Task.FromResult(new Counted { Pieces = Pieces, Told = CallerOf(context) });

    public override async Task Watch(Item request, IServerStreamWriter<Counted> responseStream, ServerCallContext context)
    {
        for (int left = Pieces; left >= 0; left--)
        {
            await responseStream.WriteAsync(new Counted { Pieces = left, Told = CallerOf(context) }, context.CancellationToken);
        }
    }

    // <snippet grpc-caller>
    private static string CallerOf(ServerCallContext context) =>
        context.GetHttpContext().Features.GetRequiredFeature<IMutualTlsFeature>().Verdict.Identity?.SpiffeId?.ToString() ?? "nobody";
    // </snippet>
}
