using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation;

/// <summary>Judges a client of a test PKI with CRLs in memory.</summary>
internal static class RevocationPair
{
    public static PeerPolicy Policy(TestCertificateAuthority root, Action<RevocationOptions> configure, params TestCrl[] crls) => PeerPolicy.Create("test", p =>
        p.TrustPemText(root.ToPem()).CheckRevocation(r =>
        {
            foreach (TestCrl crl in crls)
            {
                r.Crls.Add(crl.Der);
            }

            // What these tests are about is in memory; nobody is asked.
            r.Fetching = RevocationFetching.Never;
            configure(r);
        }));

    public static PeerVerdict Judge(TestCertificateAuthority root, TestCertificate client, params TestCrl[] crls) => Judge(root, client, _ => { }, crls);

    public static PeerVerdict Judge(TestCertificateAuthority root, TestCertificate client, Action<RevocationOptions> configure, params TestCrl[] crls) =>
        new PeerPolicyEngine().Judge(Policy(root, configure, crls), PeerRole.Client, Pair.Presented(client));

    /// <summary>Judges the client of a PKI whose issuing authority publishes this CRL, and whose root publishes a good one.</summary>
    public static PeerVerdict Judge(TestPki pki, Action<TestCrlSpec> crl, Action<RevocationOptions>? configure = null) =>
        Judge(pki.Root, pki.Client, configure ?? (_ => { }), pki.Root.IssueCrl(), pki.Issuing.IssueCrl(crl));
}
