using System.Collections.Concurrent;
using CustomValidator;
using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Testing;

TestCertificateAuthority root = TestCertificateAuthority.CreateRoot("Partners Root"), partners = root.IssueIntermediate("Partners CA");
TestCertificateAuthority stranger = TestCertificateAuthority.CreateRoot("Partners Root");
ConcurrentDictionary<string, bool> contracts = new(StringComparer.Ordinal)
{
    ["spiffe://partners.example/acme"] = true,
    ["spiffe://partners.example/globex"] = false,
};
int asked = 0;
PeerPolicy policy = PeerPolicy.Create("partners", p => p
    .TrustPemText(root.ToPem())
    .WithoutRevocation()
    .AllowUri("spiffe://partners.example/*")
    .AddValidator("counting", (_, _) =>
    {
        asked++;
        return ValueTask.CompletedTask;
    })
    .AddValidator(new ContractIsActive(contracts))
    .AddValidator("directory", (context, _) => context.Identity.SpiffeId!.Path == "/initech" ? throw new TimeoutException("the directory is down") : ValueTask.CompletedTask));
Door door = new(partners.IssueServer("localhost"), root, policy);

Console.WriteLine("Partners come in by their SPIFFE ID, and only while they have a contract.");
await door.KnockAsync("acme, with a contract", Partner(partners, "acme"), ValidationReason.None);
await door.KnockAsync("globex, whose contract has ended", Partner(partners, "globex"), ValidationReason.ValidatorRefused);
await door.KnockAsync("hooli, without a contract", Partner(partners, "hooli"), ValidationReason.ValidatorRefused);

Console.WriteLine("A contract that is signed meanwhile counts for the next connection.");
contracts["spiffe://partners.example/hooli"] = true;
await door.KnockAsync("hooli, with a contract", Partner(partners, "hooli"), ValidationReason.None);

Console.WriteLine("A validator that fails refuses.");
contracts["spiffe://partners.example/initech"] = true;
await door.KnockAsync("initech, while the directory is down", Partner(partners, "initech"), ValidationReason.ValidatorFailed);

Console.WriteLine("A validator rescues nobody: it is not even asked about strangers.");
int before = asked;
await door.KnockAsync("acme's name on a stranger's certificate", Partner(stranger, "acme"), ValidationReason.SignatureInvalid);
await door.KnockAsync("acme, expired", Partner(partners, "acme", c => c.Expired()), ValidationReason.NotAfterPassed);
await door.KnockAsync("a name outside of the policy", partners.IssueClient("spiffe://elsewhere.example/acme"), ValidationReason.IdentityNotAllowed);
bool notAsked = asked == before;
Console.WriteLine(notAsked ? "ok the validators were not asked" : "NOT AS EXPECTED: the validators were asked");
return door.AllExpected && notAsked ? 0 : 1;

static TestCertificate Partner(TestCertificateAuthority issuer, string name, Action<TestCertificateSpec>? defect = null) =>
    issuer.IssueClient($"spiffe://partners.example/{name}", c => defect?.Invoke(c));
