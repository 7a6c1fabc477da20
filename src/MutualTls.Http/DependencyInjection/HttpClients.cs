using Microsoft.Extensions.DependencyInjection;

namespace MutualTls.Http.DependencyInjection;

/// <summary>Knows which clients are for mutual TLS; kept with the services, so that nothing of theirs is static.</summary>
internal sealed class HttpClients
{
    private readonly Dictionary<string, MutualTlsHttpBuilder> _wanted = new(StringComparer.Ordinal);

    /// <summary>Gets what was said of each client; null names all clients that say nothing themselves.</summary>
    public IReadOnlyDictionary<string, MutualTlsHttpBuilder> Named => _wanted;

    public MutualTlsHttpBuilder? ForAll { get; private set; }

    public static HttpClients Of(IServiceCollection services)
    {
        foreach (ServiceDescriptor service in services)
        {
            if (service is { IsKeyedService: false, ImplementationInstance: HttpClients known })
            {
                return known;
            }
        }

        HttpClients made = new();
        services.AddSingleton(made);
        return made;
    }

    public void Set(string? name, MutualTlsHttpBuilder wanted)
    {
        if (name is null)
        {
            ForAll = wanted;
        }
        else
        {
            _wanted[name] = wanted;
        }
    }
}
