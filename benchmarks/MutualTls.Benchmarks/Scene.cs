using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Policies;
using MutualTls.Testing;

namespace MutualTls.Benchmarks;

/// <summary>Sets up what the measurements share: a root, an issuing CA, a client, and a policy that trusts the root and demands no more, as the platform's side, unless it is to be demanding.</summary>
internal sealed class Scene
{
    public Scene(TestKeyKind kind, long cacheLimit = 64 << 20)
        : this(new TestPki(new TestPkiOptions { KeyKind = kind }), cacheLimit)
    {
    }

    public Scene(TestPki pki, long cacheLimit = 64 << 20, bool demanding = false)
    {
        Pki = pki;
        Policy = PeerPolicy.Create("benchmark", p =>
        {
            p.TrustPemText(Pki.Root.ToPem());
            p.Options.VerdictCacheLimit = cacheLimit;
            if (demanding)
            {
                Demand(p);
            }
            else
            {
                p.WithoutRevocation();
            }
        });
    }

    public TestPki Pki { get; }

    public PeerPolicy Policy { get; }

    public PeerPolicyEngine Engine { get; } = new();

    public PresentedChain Presented(ReadOnlyMemory<byte> leaf) => new(leaf, Pki.Issuing.Der);

    public PeerVerdict Judge(PresentedChain presented)
    {
        PeerVerdict verdict = Engine.Judge(Policy, PeerRole.Client, presented);
        return verdict.IsAccepted ? verdict : throw new InvalidOperationException(verdict.ToString());
    }

    // A name, a pinned key, a list of the denied, the CRLs of the whole chain in hard-fail.
    private void Demand(PeerPolicyBuilder policy) => policy
        .AllowDns("client.test")
        .Pin("sha256/" + Convert.ToBase64String(SHA256.HashData(IssuingKey())), "sha256/" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)))
        .DenyCertificate("certificate:" + Convert.ToHexString(RandomNumberGenerator.GetBytes(32)))
        .CheckRevocation(r =>
        {
            r.Crls.Add(Pki.Root.IssueCrl().Der);
            r.Crls.Add(Pki.Issuing.IssueCrl().Der);
        });

    private byte[] IssuingKey()
    {
        using X509Certificate2 issuing = X509CertificateLoader.LoadCertificate(Pki.Issuing.Der.Span);
        return issuing.PublicKey.ExportSubjectPublicKeyInfo();
    }

    /// <summary>Gets what the platform needs for the same decision: the real anchor, the intermediate at hand, no revocation.</summary>
    public X509ChainPolicy PlatformPolicy()
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificate(Pki.Root.Der.Span));
        policy.ExtraStore.Add(X509CertificateLoader.LoadCertificate(Pki.Issuing.Der.Span));
        return policy;
    }

    public static bool Build(X509ChainPolicy policy, X509Certificate2 leaf) =>
        TryBuild(policy, leaf) ? true : throw new InvalidOperationException("The platform did not build the chain.");

    public static bool TryBuild(X509ChainPolicy policy, X509Certificate2 leaf)
    {
        using X509Chain chain = new() { ChainPolicy = policy };
        bool built = chain.Build(leaf);
        foreach (X509ChainElement element in chain.ChainElements)
        {
            element.Certificate.Dispose();
        }

        return built;
    }
}
