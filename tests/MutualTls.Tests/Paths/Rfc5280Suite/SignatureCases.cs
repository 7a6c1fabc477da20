using System.Security.Cryptography;
using MutualTls.Findings;
using MutualTls.Testing;
using MutualTls.Trust;
using static MutualTls.Findings.ValidationReason;
using static MutualTls.Tests.Paths.Rfc5280Suite.SuitePath;
using Spec = System.Action<MutualTls.Testing.TestCertificateSpec>;

namespace MutualTls.Tests.Paths.Rfc5280Suite;

/// <summary>6.1.3 (a)(1): the signature verifies with the working public key and its algorithm.</summary>
internal static class SignatureCases
{
    private static readonly Dictionary<TestKeyKind, Lazy<TestKey>> Keys = Enum.GetValues<TestKeyKind>().ToDictionary(k => k, k => new Lazy<TestKey>(() => TestKey.Generate(k)));

    private static readonly (TestKeyKind Key, TestSignatureKind Signature)[] Good =
    [
        (TestKeyKind.P256, TestSignatureKind.EcdsaSha256),
        (TestKeyKind.P256, TestSignatureKind.EcdsaSha384),
        (TestKeyKind.P384, TestSignatureKind.EcdsaSha384),
        (TestKeyKind.P384, TestSignatureKind.EcdsaSha256),
        (TestKeyKind.P521, TestSignatureKind.EcdsaSha512),
        (TestKeyKind.Rsa2048, TestSignatureKind.RsaPkcs1Sha256),
        (TestKeyKind.Rsa2048, TestSignatureKind.RsaPkcs1Sha384),
        (TestKeyKind.Rsa2048, TestSignatureKind.RsaPkcs1Sha512),
        (TestKeyKind.Rsa3072, TestSignatureKind.RsaPkcs1Sha256),
        (TestKeyKind.Rsa2048, TestSignatureKind.RsaPssSha256),
        (TestKeyKind.Rsa2048, TestSignatureKind.RsaPssSha384),
        (TestKeyKind.Rsa2048, TestSignatureKind.RsaPssSha512),
    ];

    public static SuiteTable Signatures { get; } = MakeSignatures();

    public static SuiteTable Algorithms { get; } = new SuiteTable("AlgorithmRule")
        .Accept("4.1.1.2: both algorithm fields are the same", Chain(Plain, Plain, Plain))
        .Refuse("4.1.1.2: the algorithm fields differ", SignatureAlgorithmMismatch, 0, Chain(c => c.SignatureAlgorithmMismatch(), Plain, Plain))
        .Refuse("4.1.1.2: the algorithm fields of the intermediate differ", SignatureAlgorithmMismatch, 1, Chain(Plain, c => c.SignatureAlgorithmMismatch(), Plain))
        .Refuse("4.1.1.2: the signed field is no algorithm", CertificateMalformed, 0, Chain(c => c.MutateTbs(NoAlgorithm), Plain, Plain))
        .Accept("4.1.1.2: the algorithm fields of the anchor differ, which nobody verifies", Chain(Plain, Plain, c => c.SignatureAlgorithmMismatch()))
        .Refuse("an unknown signature algorithm", SignatureAlgorithmUnsupported, 0, Chain(c => c.SignedWithUnknownAlgorithm(), Plain, Plain))
        .Refuse("an unknown signature algorithm of the intermediate", SignatureAlgorithmUnsupported, 1, Chain(Plain, c => c.SignedWithUnknownAlgorithm(), Plain))
        .Refuse("RSA with SHA-1", SignatureAlgorithmWeak, 0, Chain(c => c.SignedWith(TestSignatureKind.RsaPkcs1Sha1), With(TestKeyKind.Rsa2048), Plain))
        .Refuse("RSA with SHA-1 in the intermediate", SignatureAlgorithmWeak, 1, Chain(Plain, c => c.SignedWith(TestSignatureKind.RsaPkcs1Sha1), With(TestKeyKind.Rsa2048)))
        .Refuse("ECDSA with SHA-1", SignatureAlgorithmWeak, 0, Chain(c => c.SignedWith(TestSignatureKind.EcdsaSha1), Plain, Plain))
        .Accept("SHA-1 in the anchor, whose signature nobody verifies", Chain(Plain, Plain, c => c.SignedWith(TestSignatureKind.EcdsaSha1)))
        .Accept("a key of RSA 2048 bits", Chain(With(TestKeyKind.Rsa2048), Plain, Plain))
        .Accept("a key of RSA 8192 bits", Chain(c => c.WithPublicKey(Rsa(bits: 8192)), Plain, Plain))
        .Refuse("a key of RSA 1024 bits", KeyWeak, 0, Chain(With(TestKeyKind.Rsa1024), Plain, Plain))
        .Refuse("a key of RSA 2047 bits", KeyWeak, 0, Chain(c => c.WithPublicKey(Rsa(bits: 2047)), Plain, Plain))
        .Refuse("a key of RSA 8193 bits, which only burns time", KeyUnsupported, 0, Chain(c => c.WithPublicKey(Rsa(bits: 8193)), Plain, Plain))
        .Refuse("a key of RSA with an even modulus", KeyUnsupported, 0, Chain(c => c.WithPublicKey(Rsa(bits: 2048, last: 0xFE)), Plain, Plain))
        .Refuse("a key of RSA with exponent 1", KeyUnsupported, 0, Chain(c => c.WithPublicKey(Rsa(bits: 2048, exponent: [1])), Plain, Plain))
        .Refuse("an intermediate's key of RSA 1024 bits", KeyWeak, 1, Chain(Plain, With(TestKeyKind.Rsa1024), Plain))
        .Refuse("the anchor's key of RSA 1024 bits", KeyWeak, 2, Chain(Plain, Plain, With(TestKeyKind.Rsa1024)))
        .Refuse("a key on P-192", KeyUnsupported, 0, Chain(c => c.WithP192Key(), Plain, Plain))
        .Refuse("a key of an unknown algorithm", KeyUnsupported, 0, Chain(c => c.WithUnknownKeyAlgorithm(), Plain, Plain))
        .Refuse("RFC 5480 2.2: a point that is off its curve", KeyUnsupported, 0, Chain(c => c.WithPublicKey(PointOffCurve(TestKeyKind.P256)), Plain, Plain))
        .Refuse("RFC 5480 2.2: a point that is off its curve, P-521", KeyUnsupported, 0, Chain(c => c.WithPublicKey(PointOffCurve(TestKeyKind.P521)), Plain, Plain))
        .Refuse("RFC 5480 2.1.1: a curve given by its equation", KeyUnsupported, 0, Chain(c => c.WithPublicKey(ExplicitCurve()), Plain, Plain));

    private static SuiteTable MakeSignatures()
    {
        SuiteTable table = new("SignatureRule");
        foreach ((TestKeyKind key, TestSignatureKind signature) in Good)
        {
            table.Accept($"{signature} by {key}", Chain(c => c.SignedWith(signature), With(key), Plain))
                .Accept($"{signature} by {key} as the anchor", Chain(Plain, c => c.SignedWith(signature), With(key)))
                .Refuse($"{signature} by {key}, tampered", SignatureInvalid, 0, Chain(c => c.SignedWith(signature).SignatureTampered(), With(key), Plain));
        }

        foreach (TestKeyKind key in (TestKeyKind[])[TestKeyKind.P256, TestKeyKind.P384, TestKeyKind.P521, TestKeyKind.Rsa2048])
        {
            table.Refuse($"by another key of kind {key}", SignatureInvalid, 0, Chain(c => c.SignedByWrongKey(), With(key), Plain));
        }

        return table
            .Refuse("the intermediate's, tampered", SignatureInvalid, 1, Chain(Plain, c => c.SignatureTampered(), Plain))
            .Refuse("the intermediate's, by another key", SignatureInvalid, 1, Chain(Plain, c => c.SignedByWrongKey(), Plain))
            .Accept("the anchor's own, tampered: it is trusted outright", Chain(Plain, Plain, c => c.SignatureTampered()))
            .Refuse("SHA-256, said to be SHA-384", SignatureInvalid, 0, Chain(c => c.MutateTbs(Claim384).MutateDer(Claim384), Plain, Plain))
            .Refuse("ECDSA, where the issuer's key is RSA", SignatureInvalid, 0, OtherFamily())
            .Refuse("the issuer's key is off its curve", KeyUnsupported, 1, OffCurve());
    }

    private static Spec With(TestKeyKind kind) => c => c.WithKey(Keys[kind].Value);

    // ecdsa-with-SHA256 (1.2.840.10045.4.3.2) and -SHA384 differ in the last octet.
    private static byte[] Claim384(byte[] bytes)
    {
        ReadOnlySpan<byte> oid = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02];
        for (int at = bytes.AsSpan().IndexOf(oid), next; at >= 0; at = next < 0 ? -1 : at + 1 + next)
        {
            bytes[at + oid.Length - 1] = 3;
            next = bytes.AsSpan(at + 1).IndexOf(oid);
        }

        return bytes;
    }

    // The tag of the OBJECT IDENTIFIER becomes that of a NULL.
    private static byte[] NoAlgorithm(byte[] tbs)
    {
        tbs[tbs.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02])] = 0x05;
        return tbs;
    }

    private static SuitePath OtherFamily() => new(() =>
    {
        TestCertificateAuthority root = Root(), issuing = root.IssueIntermediate("CA 1");
        TestCertificateAuthority other = root.IssueIntermediate("CA 1", With(TestKeyKind.Rsa2048));
        return new SuiteParts([TrustAnchor.FromCertificate(root.Der.Span)], issuing.Issue().Der, other.Der);
    });

    private static SuitePath OffCurve() => new(() =>
    {
        TestCertificateAuthority root = Root(), issuing = root.IssueIntermediate("CA 1");
        TestCertificate broken = root.Issue(c => c.WithSubject("CA 1").WithPublicKey(PointOffCurve(TestKeyKind.P256)).WithBasicConstraints(isCa: true).WithoutKeyUsage().WithoutEku());
        return new SuiteParts([TrustAnchor.FromCertificate(root.Der.Span)], issuing.Issue().Der, broken.Der);
    });

    private static byte[] PointOffCurve(TestKeyKind kind)
    {
        byte[] key = TestKey.Generate(kind).SubjectPublicKeyInfo.ToArray();
        key[^1] ^= 1;
        return key;
    }

    private static byte[] Rsa(int bits, byte last = 0xFF, byte[]? exponent = null)
    {
        byte[] modulus = new byte[(bits + 7) / 8];
        Array.Fill(modulus, (byte)0xFF);
        modulus[0] = (byte)(0xFF >> ((8 - (bits % 8)) % 8));
        modulus[^1] = last;
        System.Formats.Asn1.AsnWriter writer = new(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.113549.1.1.1");
                writer.WriteNull();
            }

            System.Formats.Asn1.AsnWriter key = new(System.Formats.Asn1.AsnEncodingRules.DER);
            using (key.PushSequence())
            {
                key.WriteIntegerUnsigned(modulus);
                key.WriteIntegerUnsigned(exponent ?? [1, 0, 1]);
            }

            writer.WriteBitString(key.Encode());
        }

        return writer.Encode();
    }

    private static byte[] ExplicitCurve()
    {
        using ECDsa named = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using ECDsa explicitly = ECDsa.Create(named.ExportExplicitParameters(includePrivateParameters: false));
        return explicitly.ExportSubjectPublicKeyInfo();
    }
}
