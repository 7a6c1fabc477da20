using System.Security.Cryptography;
using MutualTls.Findings;
using MutualTls.Pinning;
using MutualTls.Policies;
using MutualTls.Policies.Lists;
using MutualTls.Testing;

namespace MutualTls.Tests.Policies;

/// <content>Lists: certificates trusted as themselves, and those never accepted. Pitfalls 7 and 12.</content>
public partial class DecisionTable
{
    private static IEnumerable<Decision> ListRows() =>
    [
        // Trusted as itself: no chain, but everything else.
        Listed("self-signed", _ => { }, _ => { }, In),
        Listed("expired", c => c.Expired(), _ => { }, ValidationReason.NotAfterPassed),
        Listed("not yet valid", c => c.NotYetValid(), _ => { }, ValidationReason.NotBeforeAhead),
        Listed("weak key", c => c.WithKey(TestKeyKind.Rsa1024), _ => { }, ValidationReason.KeyWeak),
        Listed("for servers only", c => c.WithEku(TestOids.ServerAuthentication), _ => { }, ValidationReason.PurposeNotAllowed),
        Listed("without purpose", c => c.WithoutEku(), _ => { }, ValidationReason.PurposeMissing),
        Listed("without purpose, preset Rfc5280", c => c.WithoutEku(), p => p.UseRules(MutualTls.Paths.RulePreset.Rfc5280), In),
        Listed("a CA's", c => c.WithBasicConstraints(isCa: true), _ => { }, ValidationReason.EndEntityIsCa),
        Listed("unknown critical extension", c => c.WithUnknownCriticalExtension(), _ => { }, ValidationReason.CriticalExtensionUnknown),
        Listed("may not sign", c => c.WithKeyUsage(System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.KeyEncipherment), _ => { }, ValidationReason.EndEntityKeyUsage),
        Listed("and a name that is allowed", c => c.WithSan(n => n.Dns("a.example")), p => p.AllowDns("a.example"), In),
        Listed("and a name that is not", c => c.WithSan(n => n.Dns("b.example")), p => p.AllowDns("a.example"), NotAllowed),
        Listed("and issuers are named", _ => { }, p => p.AllowIssuer("CN=Devices CA,O=Acme"), ValidationReason.IssuerNotAllowed),
        Listed("and pinned", c => c.WithKey(Key), p => p.Pin(PinOf(Key), Reserve), In),
        Listed("and only its anchor would be pinned", c => c.WithKey(Key), p => p.Pin(o => Set(o, PinTargets.Anchor, PinOf(Root.Key), Reserve)), ValidationReason.PinMismatch),
        Listed("and its key denied", c => c.WithKey(Key), p => p.DenyCertificate("key:" + PinOf(Key)), ValidationReason.CertificateDenied),
        Allowed("issued by a stranger", () => StrangerRoot.IssueClient("peer"), In),
        Allowed("broken signature, which nobody relies on", () => StrangerRoot.IssueClient("peer", c => c.SignatureTampered()), In),
        Allowed("never falls through to its chain", () => Devices.IssueClient("peer", c => c.Expired()), ValidationReason.NotAfterPassed),
        Client("list | another certificate of the same name and key", _ => { }, p => p.AllowCertificate(FingerprintOf(Devices.IssueClient("peer", c => c.WithKey(Key)))), ValidationReason.IssuerUnknown, StrangerRoot),
        Client("list | not on it, but its chain is trusted", _ => { }, p => p.AllowCertificate(FingerprintOf(StrangerRoot.IssueClient("peer"))), In),

        // Never accepted, wherever on the path.
        Denying("end-entity by fingerprint", peer => $"certificate:{FingerprintOf(peer)}"),
        Denying("end-entity by fingerprint with colons", peer => $"certificate:{string.Join(':', FingerprintOf(peer).Chunk(2).Select(two => new string(two)))}"),
        Denying("end-entity by key", peer => $"key:{PinOf(peer.Key)}"),
        Denying("end-entity by issuer and serial", peer => $"serial:{SerialOf(peer)}@CN=Devices CA,O=Acme"),
        Denying("end-entity by issuer in other letters", peer => $"serial:{SerialOf(peer)}@CN=devices  ca,O=ACME"),
        Denying("intermediate by fingerprint", _ => $"certificate:{FingerprintOf(Devices)}"),
        Denying("intermediate by key", _ => $"key:{PinOf(Devices.Key)}"),
        Denying("intermediate by issuer and serial", _ => $"serial:{SerialOf(Devices)}@CN=Root"),
        Denying("anchor by fingerprint", _ => $"certificate:{FingerprintOf(Root)}"),
        Denying("anchor by key", _ => $"key:{PinOf(Root.Key)}"),
        Denying("serial of another issuer", peer => $"serial:{SerialOf(peer)}@CN=Users CA", In),
        Denying("another serial", _ => "serial:0102@CN=Devices CA,O=Acme", In),
        Denying("another certificate", _ => $"certificate:{FingerprintOf(Users)}", In),
        Denying("certificate that was only sent along", _ => $"key:{PinOf(Users.Key)}", In),
        Client("deny | source", c => c.WithKey(Key), p => p.DenyFrom(new(CertificateDenyList.Parse("key:" + PinOf(Key)))), ValidationReason.CertificateDenied),
        Client("deny | source with something else", c => c.WithKey(Key), p => p.DenyFrom(new(CertificateDenyList.Parse("key:" + Reserve))), In),
        Client("deny | empty source", c => c.WithKey(Key), p => p.DenyFrom(new(CertificateDenyList.Empty)), In),
        Client("deny | serial with leading zero", c => c.WithSerial(0x00, 0x80, 0x01), p => p.DenyCertificate("serial:8001@CN=Devices CA,O=Acme"), ValidationReason.CertificateDenied),
    ];

    private static Decision Listed(string name, Action<TestCertificateSpec> peer, Action<PeerPolicyBuilder> policy, ValidationReason reason)
    {
        // Self-signed by an authority's means, with what an end-entity says of itself.
        Lazy<TestCertificate> certificate = new(() => TestCertificateAuthority.CreateRoot("Self", c =>
        {
            c.WithBasicConstraints(isCa: false).WithKeyUsage(System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.DigitalSignature).WithEku(TestOids.ClientAuthentication);
            peer(c);
        }));
        return new Decision($"as itself | {name}", () => new PresentedChain(certificate.Value.Der), p =>
        {
            p.AllowCertificate(FingerprintOf(certificate.Value));
            policy(p);
        }, reason);
    }

    private static Decision Allowed(string name, Func<TestCertificate> make, ValidationReason reason)
    {
        Lazy<TestCertificate> certificate = new(make);
        return new Decision($"as itself | {name}", () => Presented(certificate.Value), p => p.AllowCertificate(FingerprintOf(certificate.Value)), reason);
    }

    private static Decision Denying(string name, Func<TestCertificate, string> entry, ValidationReason reason = ValidationReason.CertificateDenied)
    {
        Lazy<TestCertificate> certificate = new(() => Devices.IssueClient("peer"));
        return new Decision(
            $"deny | {name}", () => new PresentedChain(certificate.Value.Der, Devices.Der, Users.Der), p => p.DenyCertificate(entry(certificate.Value)), reason);
    }

    private static string FingerprintOf(TestCertificate certificate) => Convert.ToHexString(SHA256.HashData(certificate.Der.Span));

    private static string SerialOf(TestCertificate certificate) => Convert.ToHexString(certificate.SerialNumber.Span);
}
