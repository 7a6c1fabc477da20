using System.Security.Cryptography.X509Certificates;
using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Testing;
using static MutualTls.Findings.ValidationReason;
using static MutualTls.Testing.TestOids;
using static MutualTls.Tests.Paths.Rfc5280Suite.SuitePath;
using Spec = System.Action<MutualTls.Testing.TestCertificateSpec>;

namespace MutualTls.Tests.Paths.Rfc5280Suite;

/// <summary>What the presets ask beyond section 6: of an end-entity for mutual TLS (Default), of issuing CAs by section 4 (Strict). The bare standard takes all of it.</summary>
internal static class PresetCases
{
    private static readonly (string Name, int Depth, Spec Defect)[] Profile =
    [
        ("4.1.2.2: a serial number of zero", 0, c => c.WithZeroSerial()),
        ("4.1.2.2: a negative serial number", 0, c => c.WithNegativeSerial()),
        ("4.1.2.2: a serial number of 21 octets", 0, c => c.WithTooLongSerial()),
        ("4.1.2.2: a negative serial number of a CA", 1, c => c.WithNegativeSerial()),
        ("4.1.2.6: an empty subject and alternative names that are not critical", 0,
            c => c.WithSubject(TestName.Empty).WithSan(n => n.Dns("leaf.test")).ExtensionCritical(SubjectAlternativeName, critical: false)),
        ("4.2.1.1: no authority key identifier", 0, c => c.WithoutAuthorityKeyIdentifier()),
        ("4.2.1.1: no authority key identifier in a CA", 1, c => c.WithoutAuthorityKeyIdentifier()),
        ("4.2.1.2: a CA without subject key identifier", 1, c => c.WithoutSubjectKeyIdentifier()),
        ("4.2.1.2: an anchor without subject key identifier", 2, c => c.WithoutSubjectKeyIdentifier()),
        ("4.2.1.6: an underscore in a DNS name", 0, c => c.WithSan(n => n.Dns("a_b.test"))),
        ("4.2.1.9: a path length without cA", 0, c => c.WithBasicConstraints(isCa: false, pathLength: 0)),
        ("4.2.1.10: name constraints in an end-entity", 0, c => c.WithNameConstraints(n => n.Dns("test"))),
        ("4.2.1.10: name constraints that are not critical", 1, c => c.WithNameConstraints(n => n.Dns("test")).ExtensionCritical(NameConstraints, critical: false)),
        ("4.2.1.10: empty name constraints", 1, c => c.WithNameConstraints()),
        ("4.2.1.10: a leading dot in a DNS subtree", 1, c => c.WithNameConstraints(n => n.Dns(".test"))),
        ("4.2.1.11: policy constraints that are not critical", 1,
            c => c.WithPolicyConstraints(null, 0).ExtensionCritical(PolicyConstraints, critical: false)),
        ("4.2.1.14: inhibitAnyPolicy that is not critical", 1, c => c.WithInhibitAnyPolicy(0).ExtensionCritical(InhibitAnyPolicy, critical: false)),
        ("4.2.1.15: a critical freshestCRL", 0, c => c.WithExtension(FreshestCrl, critical: true, [0x30, 2, 0x30, 0])),
        ("4.2.2.1: critical authority information access", 0, c => c.WithExtension(AuthorityInformationAccess, critical: true, [0x30, 2, 0x30, 0])),
    ];

    private static readonly (string Name, ValidationReason Reason, Spec Defect)[] Fitness =
    [
        ("4.2.1.9: a CA certificate as end-entity", EndEntityIsCa,
            c => c.WithBasicConstraints(isCa: true).WithKeyUsage(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature)),
        ("4.2.1.3: a key that may not sign", EndEntityKeyUsage, c => c.WithKeyUsage(X509KeyUsageFlags.KeyEncipherment)),
        ("4.2.1.12: no purpose stated", PurposeMissing, c => c.WithoutEku()),
        ("4.2.1.12: any purpose stated", PurposeMissing, c => c.WithEku(AnyExtendedKeyUsage)),
    ];

    public static SuiteTable Table { get; } = Make();

    private static SuiteTable Make()
    {
        SuiteTable table = new("ProfileRule");
        table.Accept("Strict: a chain by the book", Chain(Plain, Plain, Plain).Under(RulePreset.Strict))
            .Accept("Strict: an empty subject and critical alternative names",
                Chain(c => c.WithSubject(TestName.Empty).WithSan(n => n.Dns("leaf.test")), Plain, Plain).Under(RulePreset.Strict))
            .Accept("Strict: the root needs no authority key identifier", Chain(Plain, Plain, c => c.WithoutAuthorityKeyIdentifier()).Under(RulePreset.Strict));
        foreach ((string name, int depth, Spec defect) in Profile)
        {
            Spec[] specs = [Plain, Plain, Plain];
            specs[depth] = defect;
            table.Refuse($"Strict: {name}", ProfileViolation, depth, Chain(specs).Under(RulePreset.Strict))
                .Accept($"Rfc5280: {name}", Chain(specs));
        }

        foreach ((string name, ValidationReason reason, Spec defect) in Fitness)
        {
            table.Refuse($"Default: {name}", reason, 0, Chain(defect, Plain, Plain).Under(RulePreset.Default))
                .Refuse($"Strict: {name}", reason, 0, Chain(defect, Plain, Plain).Under(RulePreset.Strict))
                .Accept($"Rfc5280: {name}", Chain(defect, Plain, Plain));
        }

        Spec signs = c => c.WithKeyUsage(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature);
        return table
            .Refuse("Default: 4.2.1.3: a key that signs certificates", EndEntityIsCa, 0, Chain(signs, Plain, Plain).Under(RulePreset.Default))
            .Accept("Rfc5280: 4.2.1.3: keyCertSign without cA", Chain(signs, Plain, Plain));
    }
}
