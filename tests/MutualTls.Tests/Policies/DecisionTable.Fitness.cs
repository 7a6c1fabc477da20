using System.Security.Cryptography.X509Certificates;
using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Policies;
using MutualTls.Policies.Fitness;
using MutualTls.Testing;

namespace MutualTls.Tests.Policies;

/// <content>Fitness: what a certificate may be used for, how strong, how long, issued by whom. Pitfall 9.</content>
public partial class DecisionTable
{
    private const string Extension = "1.3.6.1.4.1.99999.1";

    private static IEnumerable<Decision> FitnessRows() =>
    [
        .. PresetRows(),

        // Switches that change one rule of a preset.
        Client("fit | any purpose, accepted", AnyPurpose, p => p.Fitness(f => f.AnyExtendedKeyUsage = PresetOverride.Accept), In),
        Client("fit | any purpose, no purpose accepted", AnyPurpose, p => p.Fitness(f => f.MissingExtendedKeyUsage = PresetOverride.Accept), ValidationReason.PurposeMissing),
        Client("fit | any purpose beside another's", c => c.WithEku(TestOids.AnyExtendedKeyUsage, TestOids.ServerAuthentication), _ => { }, ValidationReason.PurposeMissing),
        Client("fit | any purpose beside this one", c => c.WithEku(TestOids.AnyExtendedKeyUsage, TestOids.ClientAuthentication), _ => { }, In),
        Client("fit | no purpose, accepted", c => c.WithoutEku(), p => p.Fitness(f => f.MissingExtendedKeyUsage = PresetOverride.Accept), In),
        Client("fit | no purpose, any purpose accepted", c => c.WithoutEku(), p => p.Fitness(f => f.AnyExtendedKeyUsage = PresetOverride.Accept), ValidationReason.PurposeMissing),
        Client("fit | any purpose, refused by Rfc5280", AnyPurpose, p => p.UseRules(RulePreset.Rfc5280).Fitness(f => f.AnyExtendedKeyUsage = PresetOverride.Refuse), ValidationReason.PurposeMissing),
        Client("fit | no purpose, refused by Rfc5280", c => c.WithoutEku(), p => p.UseRules(RulePreset.Rfc5280).Fitness(f => f.MissingExtendedKeyUsage = PresetOverride.Refuse), ValidationReason.PurposeMissing),
        Client("fit | no key usage", c => c.WithoutKeyUsage(), _ => { }, In),
        Client("fit | no key usage, refused", c => c.WithoutKeyUsage(), p => p.Fitness(f => f.MissingKeyUsage = PresetOverride.Refuse), ValidationReason.KeyUsageMissing),
        Client("fit | key usage, and none is refused", _ => { }, p => p.Fitness(f => f.MissingKeyUsage = PresetOverride.Refuse), In),
        Client("fit | server's purpose, accepted nowhere", c => c.WithEku(TestOids.ServerAuthentication), p => p.Fitness(f => f.AnyExtendedKeyUsage = PresetOverride.Accept), ValidationReason.PurposeNotAllowed),

        // Algorithms.
        Client("fit | P-256 allowed", _ => { }, p => p.Fitness(f => f.KeyAlgorithms.Add(PublicKeyAlgorithm.EcP256)), In),
        Client("fit | P-384 allowed only", _ => { }, p => p.Fitness(f => f.KeyAlgorithms.Add(PublicKeyAlgorithm.EcP384)), ValidationReason.KeyNotAllowed),
        Client("fit | RSA where only curves are allowed", c => c.WithKey(TestKeyKind.Rsa2048), p => p.Fitness(f => f.KeyAlgorithms.Add(PublicKeyAlgorithm.EcP256)), ValidationReason.KeyNotAllowed),
        Client("fit | RSA 2048", c => c.WithKey(TestKeyKind.Rsa2048), _ => { }, In),
        Client("fit | RSA 2048 where 3072 is the least", c => c.WithKey(TestKeyKind.Rsa2048), p => p.Fitness(f => f.MinRsaBits = 3072), ValidationReason.KeyWeak),
        Client("fit | RSA 1024", c => c.WithKey(TestKeyKind.Rsa1024), _ => { }, ValidationReason.KeyWeak),
        Client("fit | ECDSA with SHA-256 allowed", _ => { }, p => p.Fitness(f => f.SignatureAlgorithms.Add(SignatureAlgorithm.EcdsaSha256)), In),
        Client("fit | only RSA-PSS allowed", _ => { }, p => p.Fitness(f => f.SignatureAlgorithms.Add(SignatureAlgorithm.RsaPssSha256)), ValidationReason.SignatureAlgorithmNotAllowed),

        // Life. The test authority issues for 90 days and an hour.
        Client("fit | life as long as allowed", Life(-1, 47), p => p.Fitness(f => f.MaxLifetime = TimeSpan.FromHours(48)), In),
        Client("fit | life longer than allowed", Life(-1, 48), p => p.Fitness(f => f.MaxLifetime = TimeSpan.FromHours(48)), ValidationReason.LifetimeTooLong),
        Client("fit | enough life left", Life(-1, 5), p => p.Fitness(f => f.MinRemainingLife = TimeSpan.FromHours(4)), In),
        Client("fit | too little life left", Life(-1, 3), p => p.Fitness(f => f.MinRemainingLife = TimeSpan.FromHours(4)), ValidationReason.RemainingLifeTooShort),
        Client("fit | just expired", Seconds(-3600, -60), _ => { }, ValidationReason.NotAfterPassed),
        Client("fit | just expired, within the skew", Seconds(-3600, -60), p => p.Fitness(f => f.ClockSkew = TimeSpan.FromMinutes(2)), In),
        Client("fit | expired beyond the skew", Seconds(-3600, -180), p => p.Fitness(f => f.ClockSkew = TimeSpan.FromMinutes(2)), ValidationReason.NotAfterPassed),
        Client("fit | not valid yet, within the skew", Seconds(60, 3600), p => p.Fitness(f => f.ClockSkew = TimeSpan.FromMinutes(2)), In),
        Client("fit | not valid yet, beyond the skew", Seconds(180, 3600), p => p.Fitness(f => f.ClockSkew = TimeSpan.FromMinutes(2)), ValidationReason.NotBeforeAhead),

        // Extensions and certificate policies.
        Client("fit | extension there", With([5, 0]), p => p.Fitness(f => f.RequiredExtensions.Add(Extension)), In),
        Client("fit | extension missing", _ => { }, p => p.Fitness(f => f.RequiredExtensions.Add(Extension)), ValidationReason.ExtensionMissing),
        Client("fit | extension with the text", With(Utf8("team-a")), p => p.Fitness(f => f.RequiredExtensions.Add(Extension + "=team-a")), In),
        Client("fit | extension with the start of the text", With(Utf8("team-a")), p => p.Fitness(f => f.RequiredExtensions.Add(Extension + "=team-*")), In),
        Client("fit | extension with another text", With(Utf8("crew-a")), p => p.Fitness(f => f.RequiredExtensions.Add(Extension + "=team-*")), ValidationReason.ExtensionValueNotAllowed),
        Client("fit | extension with the octets", With([5, 0]), p => p.Fitness(f => f.RequiredExtensions.Add(Extension + "=#0500")), In),
        Client("fit | extension with other octets", With([5, 0]), p => p.Fitness(f => f.RequiredExtensions.Add(Extension + "=#0501")), ValidationReason.ExtensionValueNotAllowed),
        Client("fit | extension with junk for text", With([0xFF]), p => p.Fitness(f => f.RequiredExtensions.Add(Extension + "=*")), ValidationReason.ExtensionValueNotAllowed),
        Client("fit | extension wanted, and critical", c => c.WithExtension(Extension, critical: true, [5, 0]), p => p.Fitness(f => f.RequiredExtensions.Add(Extension)), ValidationReason.CriticalExtensionUnknown),
        Client("fit | certificate policy wanted and missing", _ => { }, p => p.Fitness(f => f.RequiredCertificatePolicies.Add("1.2.3")), ValidationReason.RequiredPolicyMissing),
        Client("fit | certificate policy of the end-entity alone", c => c.WithPolicies("1.2.3"), p => p.Fitness(f => f.RequiredCertificatePolicies.Add("1.2.3")), ValidationReason.RequiredPolicyMissing),
        Client("fit | certificate policy of the whole path", c => c.WithPolicies("1.2.3"), p => p.Fitness(f => f.RequiredCertificatePolicies.Add("1.2.3")), In, Certified),
        Client("fit | one of two certificate policies", c => c.WithPolicies("1.2.3"), p => p.Fitness(f => (f.RequiredCertificatePolicies as List<string>)!.AddRange(["1.2.3", "1.2.4"])), ValidationReason.RequiredPolicyMissing, Certified),

        // Issuers, on the verified path.
        Client("issuer | by name", _ => { }, p => p.AllowIssuer("CN=Devices CA,O=Acme"), In),
        Client("issuer | by name in other letters", _ => { }, p => p.AllowIssuer("CN=devices ca,O=ACME"), In),
        Client("issuer | part of its name", _ => { }, p => p.AllowIssuer("CN=Devices CA"), ValidationReason.IssuerNotAllowed),
        Client("issuer | by key", _ => { }, p => p.AllowIssuer(PinOf(Devices.Key)), In),
        Client("issuer | one of two", _ => { }, p => p.AllowIssuer(PinOf(Users.Key), "CN=Devices CA,O=Acme"), In),
        Client("issuer | another CA of the same root", _ => { }, p => p.AllowIssuer("CN=Devices CA,O=Acme"), ValidationReason.IssuerNotAllowed, Users),
        Client("issuer | the root is not the issuer", _ => { }, p => p.AllowIssuer(PinOf(Root.Key)), ValidationReason.IssuerNotAllowed),
        Client("issuer | the root itself", _ => { }, p => p.AllowIssuer("CN=Root"), In, Root),
        Client("issuer | same name, stranger's root", _ => { }, p => p.AllowIssuer("CN=Stranger Root"), ValidationReason.IssuerUnknown, StrangerRoot),
    ];

    // The presets of 2026-11: a change here is a change of what is accepted in the field.
    private static IEnumerable<Decision> PresetRows()
    {
        (string Peer, Action<TestCertificateSpec> Spec, ValidationReason Default, ValidationReason Strict, ValidationReason Rfc5280)[] rows =
        [
            ("sound certificate", _ => { }, In, In, In),
            ("CA certificate", c => c.WithBasicConstraints(isCa: true), ValidationReason.EndEntityIsCa, ValidationReason.EndEntityIsCa, In),
            ("keyCertSign", c => c.WithKeyUsage(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature), ValidationReason.EndEntityIsCa, ValidationReason.EndEntityIsCa, In),
            ("no digitalSignature", c => c.WithKeyUsage(X509KeyUsageFlags.KeyAgreement), ValidationReason.EndEntityKeyUsage, ValidationReason.EndEntityKeyUsage, In),
            ("no key usage", c => c.WithoutKeyUsage(), In, In, In),
            ("no purpose", c => c.WithoutEku(), ValidationReason.PurposeMissing, ValidationReason.PurposeMissing, In),
            ("any purpose", AnyPurpose, ValidationReason.PurposeMissing, ValidationReason.PurposeMissing, In),
            ("server's purpose", c => c.WithEku(TestOids.ServerAuthentication), ValidationReason.PurposeNotAllowed, ValidationReason.PurposeNotAllowed, ValidationReason.PurposeNotAllowed),
            ("negative serial number", c => c.WithNegativeSerial(), In, ValidationReason.ProfileViolation, In),
            ("serial number of 21 octets", c => c.WithTooLongSerial(), In, ValidationReason.ProfileViolation, In),
            ("no authority key identifier", c => c.WithoutAuthorityKeyIdentifier(), In, ValidationReason.ProfileViolation, In),
            ("RSA of 1024 bits", c => c.WithKey(TestKeyKind.Rsa1024), ValidationReason.KeyWeak, ValidationReason.KeyWeak, ValidationReason.KeyWeak),
            ("expired", c => c.Expired(), ValidationReason.NotAfterPassed, ValidationReason.NotAfterPassed, ValidationReason.NotAfterPassed),
        ];
        foreach ((string peer, Action<TestCertificateSpec> spec, ValidationReason byDefault, ValidationReason strict, ValidationReason rfc5280) in rows)
        {
            yield return Client($"preset Default | {peer}", spec, p => p.UseRules(RulePreset.Default), byDefault);
            yield return Client($"preset Strict | {peer}", spec, p => p.UseRules(RulePreset.Strict), strict);
            yield return Client($"preset Rfc5280 | {peer}", spec, p => p.UseRules(RulePreset.Rfc5280), rfc5280);
        }
    }

    private static readonly TestCertificateAuthority Certified = Root.IssueIntermediate("Certified CA", c => c.WithPolicies("1.2.3"));

    private static void AnyPurpose(TestCertificateSpec certificate) => certificate.WithEku(TestOids.AnyExtendedKeyUsage);

    private static Action<TestCertificateSpec> With(byte[] value) => certificate => certificate.WithExtension(Extension, critical: false, value);

    private static Action<TestCertificateSpec> Life(int fromHours, int untilHours) => Seconds(fromHours * 3600, untilHours * 3600);

    private static Action<TestCertificateSpec> Seconds(int from, int until) => certificate => certificate.Validity(certificate.Now.AddSeconds(from), certificate.Now.AddSeconds(until));
}
