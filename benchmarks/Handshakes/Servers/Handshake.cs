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
        if (kind is ServerKind.Floor or ServerKind.RefusingFloor)
        {
            options.CertificateChainPolicy = Empty();
            byte[] known = File.ReadAllBytes(material.Client);
#pragma warning disable CA5359 // It is the floor because it checks nothing.
            options.RemoteCertificateValidationCallback = kind == ServerKind.RefusingFloor
                ? (_, certificate, _, _) => certificate is X509Certificate2 shown && shown.RawDataMemory.Span.SequenceEqual(known)
                : (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else
        {
            Check(options, kind, WithRoot(material));
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

    /// <summary>Gets what is demanded of a client with every check on.</summary>
    public static void Demand(PeerPolicyBuilder policy, Material material, bool asksResponder) => policy
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
        });

    public static MutualTlsServerOptions Options(Material material, bool asksResponder) => new()
    {
        Credential = LocalCredential.FromPemFile(material.ServerChain, material.ServerKey),
        Policy = PeerPolicy.Create("handshakes", p => Demand(p, material, asksResponder)),
        Engine = asksResponder ? new PeerPolicyEngine(revocation: new RevocationService(new RevocationServiceOptions { Dangerous = { AllowLocalAddresses = true } })) : new PeerPolicyEngine(),
    };

    /// <summary>Gets what the platform needs to check the same chain. The intermediate too: without it the platform refuses resumed sessions, which bring none.</summary>
    public static X509ChainPolicy WithRoot(Material material)
    {
        X509ChainPolicy policy = Empty();
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(material.Root));
        policy.ExtraStore.Add(X509CertificateLoader.LoadCertificateFromFile(material.Intermediates));
        return policy;
    }

    private static X509ChainPolicy Empty() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };

    private static Func<Stream, Task<Stream>> Ours(bool asksResponder, Material material)
    {
        MutualTlsServerOptions options = Options(material, asksResponder);
        return async transport => await MutualTlsStream.AuthenticateAsServerAsync(transport, options);
    }

    private static string PinOf(string file)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(file);
        return "sha256/" + Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
    }
}
