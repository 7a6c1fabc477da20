using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Certificates;

namespace MutualTls.Policies;

/// <summary>Also asks the operating system: its trusted roots and, where it has any, its enterprise rules. One more AND.</summary>
/// <remarks>Without revocation and downloads: both would hold up a thread for as long as a CA is silent, and revocation is this library's own.</remarks>
internal sealed class PlatformValidator : IPeerValidator
{
    public string Name => "operating system";

    public ValueTask ValidateAsync(PeerValidationContext context, CancellationToken cancellationToken)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = context.JudgedAt.UtcDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(context.Role == PeerRole.Client ? "1.3.6.1.5.5.7.3.2" : "1.3.6.1.5.5.7.3.1"));
        List<X509Certificate2> loaded = [];
        try
        {
            foreach (ParsedCertificate certificate in context.Path.Certificates)
            {
                loaded.Add(X509CertificateLoader.LoadCertificate(certificate.Der.Span));
            }

            chain.ChainPolicy.ExtraStore.AddRange(loaded.ToArray());
            if (!chain.Build(loaded[0]))
            {
                context.Refuse(string.Join(", ", chain.ChainStatus.Select(status => status.Status).Distinct()));
            }
        }
        finally
        {
            foreach (X509ChainElement element in chain.ChainElements)
            {
                element.Certificate.Dispose();
            }

            loaded.ForEach(certificate => certificate.Dispose());
        }

        return ValueTask.CompletedTask;
    }
}
