using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Features;

namespace MutualTls.AspNetCore.Gate;

/// <summary>Says of a connection over TLS that its client has no certificate.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed class WithoutCertificate : ITlsConnectionFeature
{
    public static WithoutCertificate Instance { get; } = new();

    public X509Certificate2? ClientCertificate
    {
        get => null;
        set => throw new NotSupportedException("A client's certificate is what it presented in the handshake.");
    }

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult<X509Certificate2?>(null);
}
