using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Testing;

namespace GrpcService;

/// <summary>Asks for the stock as one till, and prints what came of it.</summary>
internal sealed class Till(Uri server, TestCertificateAuthority root)
{
    /// <summary>Calls both methods. Gives what the server took the caller for, or who refused whom.</summary>
    public async Task<string> AskAsync(TestCertificate certificate, CancellationToken stop)
    {
        LocalCredential own = certificate.ToCredential();
        ServiceCollection services = new();
        services.AddLogging();

        // <snippet grpc-client>
        services.AddMutualTls(mtls => mtls
            .AddCredential("till", c => c.FromCertificate(own.Certificate, own.Intermediates))
            .AddPolicy("stock", p => p.TrustPemText(root.ToPem()).WithoutRevocation()));
        services.AddGrpcClient<Stock.StockClient>(o => o.Address = server).UseMutualTls("till", "stock");
        // </snippet>
        await using ServiceProvider provider = services.BuildServiceProvider();
        Stock.StockClient stock = provider.GetRequiredService<Stock.StockClient>();
        try
        {
            Counted counted = await stock.CountAsync(new Item { Name = "tea" }, cancellationToken: stop);
            using AsyncServerStreamingCall<Counted> watch = stock.Watch(new Item { Name = "tea" }, cancellationToken: stop);
            await foreach (Counted left in watch.ResponseStream.ReadAllAsync(stop))
            {
                Console.WriteLine($"  client saw: {left.Pieces} left");
            }

            return counted.Told;
        }
        catch (RpcException exception) when (Refusal(exception) is { } refusal)
        {
            Console.WriteLine($"  client saw: {refusal.Message}");
            return refusal.Error.ToString();
        }
    }

    // <snippet grpc-refused>
    private static MutualTlsException? Refusal(RpcException exception) => exception.Status.DebugException?.InnerException as MutualTlsException;
    // </snippet>
}
