using Microsoft.Extensions.Hosting;

namespace MutualTls.Http.DependencyInjection;

/// <summary>Makes every client's handler once when the host starts, so that it does not start with a name that nobody registered.</summary>
internal sealed class HttpStartupCheck(HttpClients clients, IServiceProvider services) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        List<string> errors = [];
        foreach ((string name, MutualTlsHttpBuilder wanted) in clients.Named)
        {
            Try($"client '{name}'", wanted, errors);
        }

        if (clients.ForAll is { } all)
        {
            Try("all clients", all, errors);
        }

        return errors.Count == 0 ? Task.CompletedTask : throw HandlerSetup.Unusable([.. errors]);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Try(string what, MutualTlsHttpBuilder wanted, List<string> errors)
    {
        try
        {
            using MutualTlsHttpHandler handler = new(wanted.Options(services));
        }
        catch (MutualTlsConfigurationException exception)
        {
            errors.AddRange(exception.Errors.Select(error => $"{what}: {error.TrimEnd('.')}."));
        }
        catch (InvalidOperationException exception)
        {
            errors.Add($"{what}: {exception.Message}");
        }
    }
}
