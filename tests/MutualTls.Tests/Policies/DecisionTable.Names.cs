using System.Formats.Asn1;
using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Policies;
using MutualTls.Testing;

namespace MutualTls.Tests.Policies;

/// <content>Names: what the certificate has, separated by spaces, and what the policy says. Pitfalls 4 (matching) and 10.</content>
public partial class DecisionTable
{
    private const ValidationReason NotAllowed = ValidationReason.IdentityNotAllowed, Denied = ValidationReason.IdentityDenied, Incomplete = ValidationReason.IdentityIncomplete;

    private static readonly (string Peer, string Allowed, ValidationReason Reason)[] AllowTable =
    [
        // DNS: a name, one label, one or more labels. RFC 9525.
        ("dns:a.example", "dns:a.example", In),
        ("dns:A.Example", "dns:a.example", In),
        ("dns:a.example", "dns:A.EXAMPLE", In),
        ("dns:b.example", "dns:a.example", NotAllowed),
        ("dns:a.example.evil", "dns:a.example", NotAllowed),
        ("dns:xa.example", "dns:a.example", NotAllowed),
        ("dns:sub.a.example", "dns:a.example", NotAllowed),
        ("dns:a.example dns:b.example", "dns:b.example", In),
        ("dns:a.example.", "dns:a.example", NotAllowed),
        ("dns:a.part.example", "dns:*.part.example", In),
        ("dns:A.PART.example", "dns:*.part.example", In),
        ("dns:part.example", "dns:*.part.example", NotAllowed),
        ("dns:x.a.part.example", "dns:*.part.example", NotAllowed),
        ("dns:apart.example", "dns:*.part.example", NotAllowed),
        ("dns:.part.example", "dns:*.part.example", NotAllowed),
        ("dns:x.a.part.example", "dns:**.part.example", In),
        ("dns:a.part.example", "dns:**.part.example", In),
        ("dns:part.example", "dns:**.part.example", NotAllowed),
        ("dns:apart.example", "dns:**.part.example", NotAllowed),

        // A wildcard in the certificate stands for many peers: it needs a pattern that covers them all.
        ("dns:*.part.example", "dns:a.part.example", NotAllowed),
        ("dns:*.part.example", "dns:*.part.example", In),
        ("dns:*.part.example", "dns:**.part.example", In),
        ("dns:*.part.example", "dns:**.example", In),
        ("dns:*.part.example", "dns:*.example", NotAllowed),
        ("dns:*.example", "dns:*.example", NotAllowed),
        ("dns:a*.part.example", "dns:*.part.example", NotAllowed),
        ("dns:*", "dns:**.example", NotAllowed),

        // Punycode is compared as it stands.
        ("dns:xn--bcher-kva.example", "dns:xn--bcher-kva.example", In),
        ("dns:XN--BCHER-KVA.example", "dns:xn--bcher-kva.example", In),
        ("dns:bcher.example", "dns:xn--bcher-kva.example", NotAllowed),

        // Kinds do not mix, and the common name is no name.
        ("uri:a.example", "dns:a.example", NotAllowed),
        ("email:x@a.example", "dns:a.example", NotAllowed),
        ("cn:a.example", "dns:a.example", NotAllowed),
        ("cn:a.example cn:b.example", "dns:b.example", NotAllowed),
        ("dns:10.0.0.7", "ip:10.0.0.7", NotAllowed),
        ("uri:spiffe://a.example/x", "dns:a.example", NotAllowed),
        ("dns:spiffe", "uri:spiffe://a.example/x", NotAllowed),

        // Addresses and networks.
        ("ip:10.0.0.7", "ip:10.0.0.7", In),
        ("ip:10.0.0.8", "ip:10.0.0.7", NotAllowed),
        ("ip:10.255.0.1", "ip:10.0.0.0/8", In),
        ("ip:11.0.0.1", "ip:10.0.0.0/8", NotAllowed),
        ("ip:192.168.1.129", "ip:192.168.1.128/25", In),
        ("ip:192.168.1.127", "ip:192.168.1.128/25", NotAllowed),
        ("ip:192.0.2.1", "ip:0.0.0.0/0", In),
        ("ip:2001:db8::1", "ip:0.0.0.0/0", NotAllowed),
        ("ip:2001:db8::1", "ip:2001:db8::/32", In),
        ("ip:2001:db9::1", "ip:2001:db8::/32", NotAllowed),
        ("ip:2001:db8:0:0::1", "ip:2001:db8::1", In),
        ("ip:::ffff:10.0.0.7", "ip:10.0.0.7", NotAllowed),

        // Email: the host without case, the part before it with. RFC 5280 section 7.5.
        ("email:ann@acme.example", "email:ann@acme.example", In),
        ("email:ann@ACME.example", "email:ann@acme.example", In),
        ("email:Ann@acme.example", "email:ann@acme.example", NotAllowed),
        ("email:ann@acme.example", "email:*@acme.example", In),
        ("email:ops-ann@acme.example", "email:ops-*@acme.example", In),
        ("email:dev-ann@acme.example", "email:ops-*@acme.example", NotAllowed),
        ("email:ops-@acme.example", "email:ops-*@acme.example", NotAllowed),
        ("email:ann.ext@acme.example", "email:*.ext@acme.example", In),
        ("email:ann@sub.acme.example", "email:*@acme.example", NotAllowed),
        ("email:ann@evil@acme.example", "email:*@acme.example", NotAllowed),
        ("email:acme.example", "email:*@acme.example", NotAllowed),

        // URIs: octet for octet; a star stands for what is no slash.
        ("uri:https://a.example/x", "uri:https://a.example/x", In),
        ("uri:https://a.example/X", "uri:https://a.example/x", NotAllowed),
        ("uri:HTTPS://a.example/x", "uri:https://a.example/x", NotAllowed),
        ("uri:urn:device:7", "uri:urn:device:7", In),
        ("uri:urn:device:8", "uri:urn:device:7", NotAllowed),
        ("uri:https://a.example/x", "uri:https://a.example/*", In),
        ("uri:https://a.example/x/y", "uri:https://a.example/*", NotAllowed),
        ("uri:https://a.example/", "uri:https://a.example/*", NotAllowed),
        ("uri:https://a.example", "uri:https://a.example/*", NotAllowed),
        ("uri:https://a.example.evil/x", "uri:https://a.example/*", NotAllowed),
        ("uri:https://a.example:99/x", "uri:https://a.example/*", NotAllowed),
        ("uri:https://evil@a.example/x", "uri:https://a.example/*", NotAllowed),
        ("uri:https://a.example/x?y", "uri:https://a.example/*", NotAllowed),
        ("uri:https://a.example/x#y", "uri:https://a.example/*", NotAllowed),
        ("uri:https://a.example/x%2Fy", "uri:https://a.example/*", NotAllowed),
        ("uri:https://a.example/x\\y", "uri:https://a.example/*", NotAllowed),
        ("uri:https://a.example/..", "uri:https://a.example/*", NotAllowed),
        ("uri:https://a.example/x/../y", "uri:https://a.example/x/**", NotAllowed),
        ("uri:https://a.example/x//y", "uri:https://a.example/**", NotAllowed),
        ("uri:https://a.example/x/y/z", "uri:https://a.example/**", In),
        ("uri:https://a.example/x/y/z", "uri:https://a.example/x/**", In),
        ("uri:https://a.example/x", "uri:https://a.example/x/**", NotAllowed),
        ("uri:https://a.example/ns/prod/sa/db", "uri:https://a.example/ns/*/sa/db", In),
        ("uri:https://a.example/ns/prod/x/sa/db", "uri:https://a.example/ns/*/sa/db", NotAllowed),
        ("uri:https://a.example/dev-7", "uri:https://a.example/dev-*", In),
        ("uri:https://a.example/dev-", "uri:https://a.example/dev-*", NotAllowed),
        ("uri:https://a.example/7-prod", "uri:https://a.example/*-prod", In),
        ("uri:https://a.example/7-prod/x", "uri:https://a.example/*-prod/x", In),
        ("uri:https://a.example/*", "uri:https://a.example/x", NotAllowed),

        // SPIFFE: the only URI there is, and by its specification.
        ("uri:spiffe://partners.example/orders", "uri:spiffe://partners.example/orders", In),
        ("uri:spiffe://partners.example/orders", "uri:spiffe://partners.example/*", In),
        ("uri:spiffe://partners.example/ns/x/sa/y", "uri:spiffe://partners.example/**", In),
        ("uri:spiffe://partners.example/ns/x", "uri:spiffe://partners.example/*", NotAllowed),
        ("uri:spiffe://partners.example", "uri:spiffe://partners.example/**", NotAllowed),
        ("uri:spiffe://partners.example/", "uri:spiffe://partners.example/**", NotAllowed),
        ("uri:spiffe://partners.example/a/", "uri:spiffe://partners.example/**", NotAllowed),
        ("uri:spiffe://partners.example/a/..", "uri:spiffe://partners.example/**", NotAllowed),
        ("uri:spiffe://partners.example:80/a", "uri:spiffe://partners.example/**", NotAllowed),
        ("uri:spiffe://partners.example/a?b", "uri:spiffe://partners.example/**", NotAllowed),
        ("uri:spiffe://partners.example/a%41", "uri:spiffe://partners.example/**", NotAllowed),
        ("uri:spiffe://partners.example/a+b", "uri:spiffe://partners.example/*", NotAllowed),
        ("uri:spiffe://Partners.example/a", "uri:spiffe://partners.example/**", NotAllowed),
        ("uri:SPIFFE://partners.example/a", "uri:spiffe://partners.example/**", NotAllowed),
        ("uri:spiffe://partners.example.evil/a", "uri:spiffe://partners.example/**", NotAllowed),
        ("uri:spiffe://partners.example/a uri:spiffe://other.example/b", "uri:spiffe://partners.example/**", NotAllowed),
        ("uri:https://x.example/ uri:spiffe://partners.example/a", "uri:spiffe://partners.example/**", NotAllowed),
        ("dns:x.example uri:spiffe://partners.example/a", "uri:spiffe://partners.example/**", In),

        // Names of other forms.
        ("upn:ann@corp.example", "upn:ann@corp.example", In),
        ("upn:ANN@CORP.example", "upn:ann@corp.example", In),
        ("upn:ann@corp.example", "upn:*@corp.example", In),
        ("upn:ann@evil.example", "upn:*@corp.example", NotAllowed),
        ("email:ann@corp.example", "upn:ann@corp.example", NotAllowed),
        ("other:1.2.3=badge-7", "other:1.2.3=badge-7", In),
        ("other:1.2.3=badge-7", "other:1.2.3=badge-*", In),
        ("other:1.2.3=badge-7", "other:1.2.3=#0C0762616467652D37", In),
        ("other:1.2.4=badge-7", "other:1.2.3=badge-7", NotAllowed),
        ("other:1.2.3=badge/7", "other:1.2.3=badge*", NotAllowed),

        // The subject, for PKIs without alternative names.
        ("o:Acme ou:Devices", "subject:OU=Devices,O=Acme", In),
        ("o:Acme ou:Devices", "subject:O=Acme", In),
        ("o:ACME ou:devices", "subject:O=acme,OU=Devices", In),
        ("o:Acme ou:Users", "subject:OU=Devices,O=Acme", NotAllowed),
        ("o:Acme ou:Users ou:Devices", "subject:OU=Devices", In),
        ("o:Acme o:Evil", "subject:O=Acme", NotAllowed),
        ("o:Acme,_Inc.", "subject:O=Acme\\, Inc.", In),
        ("o:Acme,_Inc.", "subject:O=Acme\\2C Inc.", In),
        ("o:Acme,OU=Devices", "subject:OU=Devices", NotAllowed),
        ("serial:4711", "subject:SERIALNUMBER=4711", In),
        ("serial:4711", "subject:2.5.4.5=4711", In),
        ("serial:4711 serial:4712", "subject:SERIALNUMBER=4711", NotAllowed),
        ("cn:pump-7", "subject:CN=pump-7", In),
        ("cn:pump-7", "subject:CN=pump-*", NotAllowed),
        ("cn:pump-7 cn:pump-8", "subject:CN=pump-7", NotAllowed),
        ("o+ou:Acme+Devices", "subject:OU=Devices,O=Acme", In),
    ];

    private static readonly (string Peer, string DeniedName, ValidationReason Reason)[] DenyTable =
    [
        ("dns:a.example", "dns:b.example", In),
        ("dns:a.example", "dns:a.example", Denied),
        ("dns:A.example", "dns:a.example", Denied),
        ("dns:a.example.", "dns:a.example", Denied),
        ("dns:b.example dns:a.example", "dns:a.example", Denied),
        ("dns:a.part.example", "dns:*.part.example", Denied),
        ("dns:*.part.example", "dns:admin.part.example", Denied),
        ("dns:*.part.example", "dns:admin.other.example", In),
        ("dns:*.part.example", "dns:**.part.example", Denied),
        ("ip:10.0.0.7", "ip:10.0.0.0/8", Denied),
        ("ip:::ffff:10.0.0.7", "ip:10.0.0.0/8", Denied),
        ("email:Ann@acme.example", "email:ann@acme.example", Denied),
        ("uri:SPIFFE://Partners.example/a", "uri:spiffe://partners.example/a", Denied),
        ("uri:spiffe://partners.example/a uri:spiffe://other.example/b", "uri:spiffe://other.example/b", Denied),
        ("uri:https://a.example/x%2Fy", "uri:https://a.example/*", Denied),
        ("upn:Ann@corp.example", "upn:ann@corp.example", Denied),
        ("other:1.2.3=Badge-7", "other:1.2.3=badge-*", Denied),
        ("o:Evil o:Acme", "subject:O=Acme", Denied),
        ("cn:pump-7 cn:pump-8", "subject:CN=pump-8", Denied),
    ];

    private static IEnumerable<Decision> NameRows() =>
    [
        .. AllowTable.Select(row => Named($"has {row.Peer} | allow {row.Allowed}", row.Peer, p => p.AllowName(row.Allowed), row.Reason)),
        .. DenyTable.Select(row => Named($"has {row.Peer} | deny {row.DeniedName}", row.Peer, p => p.DenyName(row.DeniedName), row.Reason)),
        Named("any of several kinds", "email:x@y.example", p => p.AllowDns("a.example").AllowEmail("*@y.example").AllowIp("10.0.0.1"), In),
        Named("none of several kinds", "email:x@z.example", p => p.AllowDns("a.example").AllowEmail("*@y.example").AllowUpn("a@b"), NotAllowed),
        Named("all of two", "dns:a.example uri:https://a.example/x", p => p.RequireName("dns:a.example").RequireName("uri:https://a.example/*"), In),
        Named("one of two that are required", "dns:a.example", p => p.RequireName("dns:a.example").RequireName("uri:https://a.example/*"), Incomplete),
        Named("allowed and required", "dns:a.example dns:b.example", p => p.AllowDns("a.example").RequireName("dns:b.example"), In),
        Named("required and not allowed", "dns:b.example", p => p.AllowDns("a.example").RequireName("dns:b.example"), NotAllowed),
        Named("allowed by a star and denied by name", "dns:x.part.example", p => p.AllowDns("*.part.example").DenyName("dns:x.part.example"), Denied),
        Named("allowed by a star and not denied", "dns:y.part.example", p => p.AllowDns("*.part.example").DenyName("dns:x.part.example"), In),
        Named("member of a trust domain", "uri:spiffe://partners.example/a/b", p => p.AllowMembersOf(SpiffeTrustDomain.Parse("partners.example")), In),
        Named("member of another trust domain", "uri:spiffe://other.example/a/b", p => p.AllowMembersOf(SpiffeTrustDomain.Parse("partners.example")), NotAllowed),
        Named("name of a source", "dns:a.example", p => p.AllowNamesFrom(new(SanMatcher.AnyOf("dns:a.example"))), In),
        Named("no name of a source", "dns:b.example", p => p.AllowNamesFrom(new(SanMatcher.AnyOf("dns:a.example"))), NotAllowed),
        Named("source without names", "dns:a.example", p => p.AllowNamesFrom(new(SanMatcher.AnyOf())), NotAllowed),
        Named("NUL in a name (pitfall 10)", "dns:a.example\0.evil", p => p.AllowDns("a.example"), ValidationReason.ExtensionMalformed),
        Named("allowed name, stranger's root", "dns:a.example", p => p.AllowDns("a.example"), ValidationReason.IssuerUnknown, StrangerRoot),
    ];

    private static Decision Named(string name, string names, Action<PeerPolicyBuilder> policy, ValidationReason reason, TestCertificateAuthority? issuer = null) =>
        Client(name, c => Write(c, names), policy, reason, issuer);

    private static void Write(TestCertificateSpec certificate, string names)
    {
        TestName subject = TestName.Empty;
        string[] all = names.Split(' ');
        certificate.WithSan(san =>
        {
            foreach (string name in all)
            {
                string value = name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..].Replace('_', ' ');
                _ = name[..name.IndexOf(':', StringComparison.Ordinal)] switch
                {
                    "dns" => san.Dns(value),
                    "ip" => san.Ip(value),
                    "email" => san.Email(value),
                    "uri" => san.Uri(value),
                    "upn" => san.Upn(value),
                    "other" => san.OtherName(value.Split('=')[0], Utf8(value.Split('=')[1])),
                    string attribute => Add(attribute, value),
                };
            }

            TestGeneralNames Add(string attribute, string value)
            {
                subject = attribute switch
                {
                    "cn" => subject.And(TestOids.CommonName, value),
                    "o" => subject.And(TestOids.Organization, value),
                    "ou" => subject.And(TestOids.OrganizationalUnit, value),
                    "serial" => subject.And(TestOids.SerialNumber, value),
                    _ => subject.AndTogether(
                        (TestOids.Organization, value.Split('+')[0], UniversalTagNumber.UTF8String), (TestOids.OrganizationalUnit, value.Split('+')[1], UniversalTagNumber.UTF8String)),
                };
                return san;
            }
        });
        if (subject != TestName.Empty)
        {
            certificate.WithSubject(subject).WithoutSan();
        }
    }

    private static byte[] Utf8(string text) => [0x0C, (byte)System.Text.Encoding.UTF8.GetByteCount(text), .. System.Text.Encoding.UTF8.GetBytes(text)];
}
