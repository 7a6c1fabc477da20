using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Policies;
using MutualTls.Revocation;

namespace MutualTls.Handshakes.Servers;

/// <summary>Makes the server's handshake of each kind.</summary>
internal static class Handshake
{
    public static Func<Stream, Task<Stream>> Of(ServerKind kind, Material material, SslProtocols protocol) => kind switch
    {
        ServerKind.MutualTls or ServerKind.MutualTlsOcsp => Ours(kind == ServerKind.MutualTlsOcsp, material),
        _ => Plain(kind, material, protocol),
    };

    private static Func<Stream, Task<Stream>> Plain(ServerKind kind, Material material, SslProtocols protocol)
    {
        SslServerAuthenticationOptions options = new()
        {
            ServerCertificateContext = material.ServerContext(),
            ClientCertificateRequired = true,
            EnabledSslProtocols = protocol,
        };
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        if (kind == ServerKind.Floor)
        {
            options.CertificateChainPolicy = policy;
#pragma warning disable CA5359 // It is the floor because it checks nothing.
            options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else
        {
            // The intermediate too: without it the platform refuses resumed sessions, which bring none.
            policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(material.Root));
            policy.ExtraStore.Add(X509CertificateLoader.LoadCertificateFromFile(material.Intermediates));
            Check(options, kind, policy);
        }

        return async transport =>
        {
            SslStream tls = new(transport, leaveInnerStreamOpen: false);
            await tls.AuthenticateAsServerAsync(options);
            return tls;
        };
    }

    private static void Check(SslServerAuthenticationOptions options, ServerKind kind, X509ChainPolicy policy)
    {
        if (kind == ServerKind.ChainPolicy)
        {
            options.CertificateChainPolicy = policy;
            return;
        }

        options.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            using X509Chain chain = new() { ChainPolicy = policy.Clone() };
            return certificate is X509Certificate2 known && chain.Build(known);
        };
    }

    private static Func<Stream, Task<Stream>> Ours(bool asksResponder, Material material)
    {
        MutualTlsServerOptions options = new()
        {
            Credential = LocalCredential.FromPemFile(material.ServerChain, material.ServerKey),
            Policy = PeerPolicy.Create("handshakes", p => p
                .TrustPem(material.Root)
                .AllowDns("*.test")
                .Pin(PinOf(material.Intermediates), "sha256/" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)))
                .DenyCertificate("certificate:" + Convert.ToHexString(RandomNumberGenerator.GetBytes(32)))
                .CheckRevocation(r =>
                {
                    if (asksResponder)
                    {
                        (r.Depth, r.Preference) = (RevocationDepth.EndEntity, RevocationPreference.OcspOnly);
                    }
                    else
                    {
                        r.CrlFiles.Add(material.Crls);
                    }
                })),
            Engine = asksResponder ? new PeerPolicyEngine(revocation: new RevocationService(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true } })) : new PeerPolicyEngine(),
        };
        return async transport => await MutualTlsStream.AuthenticateAsServerAsync(transport, options);
    }

    private static string PinOf(string file)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(file);
        return "sha256/" + Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
    }
}
