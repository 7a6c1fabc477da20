using System.Security.Cryptography.X509Certificates;
using MutualTls.Credentials;
using MutualTls.Testing;

namespace MutualTls.Tests.Credentials;

/// <summary>Which certificate of a store is presented: the newest with the whole subject that can be used.</summary>
public class StoreSearchTests
{
    [Fact]
    public void FindNewest_Several_TakesTheOneThatBecameValidLastAndCanBeUsed()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot();
        TestCertificate older = Issue(now.AddDays(-20), now.AddDays(20)), newest = Issue(now.AddDays(-2), now.AddDays(2));
        X509Certificate2Collection store =
        [
            older.ToX509Certificate2(), newest.ToX509Certificate2(),
            Issue(now.AddDays(1), now.AddDays(9)).ToX509Certificate2(), Issue(now.AddDays(-1), now.AddHours(-1)).ToX509Certificate2(),
            X509CertificateLoader.LoadCertificate(Issue(now.AddHours(-1), now.AddDays(2)).Der.Span),
            root.IssueServer("other", c => c.WithSubject("other")).ToX509Certificate2(),
        ];

        Assert.Equal(newest.Der.ToArray(), CredentialChain.FindNewest("cn=Web,O=Acme", store, now, out string? error)?.RawData);
        Assert.Null(error);
        Assert.Null(CredentialChain.FindNewest("CN=web", store, now, out error));
        Assert.Contains("no certificate of 'CN=web'", error, StringComparison.Ordinal);
        Assert.Null(CredentialChain.FindNewest("web", store, now, out error));
        Assert.Contains("no subject", error, StringComparison.Ordinal);

        TestCertificate Issue(DateTimeOffset from, DateTimeOffset until) => root.IssueServer("localhost", c => c.WithSubject(TestName.Empty.And(TestOids.Organization, "Acme").And(TestOids.CommonName, "web")).Validity(from, until));
    }
}
