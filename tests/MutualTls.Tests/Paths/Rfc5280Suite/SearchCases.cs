using MutualTls.Testing;
using MutualTls.Trust;
using static MutualTls.Findings.ValidationReason;
using static MutualTls.Tests.Paths.Rfc5280Suite.SuitePath;
using Spec = System.Action<MutualTls.Testing.TestCertificateSpec>;

namespace MutualTls.Tests.Paths.Rfc5280Suite;

/// <summary>Which path is found: anchors of every form (6.1.1 d), order, cross-signing, renewed keys and loops (RFC 4158).</summary>
internal static class SearchCases
{
    public static SuiteTable Table { get; } = new SuiteTable("PathBuilder")
        .Accept("RFC 4158 2.4.1: the intermediates in reverse order", Of(p => (p.Anchor, [p.Leaf, p.Upper, p.Lower])))
        .Accept("the root sent along", Of(p => (p.Anchor, [p.Leaf, p.Lower, p.Upper, p.Root])))
        .Accept("the end-entity sent twice", Of(p => (p.Anchor, [p.Leaf, p.Leaf, p.Lower, p.Upper])))
        .Accept("an intermediate sent twice", Of(p => (p.Anchor, [p.Leaf, p.Lower, p.Lower, p.Upper])))
        .Accept("junk among the intermediates", Of(p => (p.Anchor, [p.Leaf, new byte[] { 1, 2, 3 }, p.Lower, p.Upper])))
        .Accept("a stranger among the intermediates", Of(p => (p.Anchor, [p.Leaf, Root(null, "Stranger").Der, p.Lower, p.Upper])))
        .Accept("RFC 4158 3.5.15: a stranger with the intermediate's name", Of(p => (p.Anchor, [p.Leaf, Root(null, "Lower").Der, p.Lower, p.Upper])))
        .Accept("a stranger with the root's name, sent along", Of(p => (p.Anchor, [p.Leaf, p.Lower, p.Upper, Root().Der])))
        .Refuse("the lower intermediate is missing", IssuerUnknown, 0, Of(p => (p.Anchor, [p.Leaf, p.Upper])))
        .Refuse("the upper intermediate is missing", IssuerUnknown, 1, Of(p => (p.Anchor, [p.Leaf, p.Lower])))
        .Refuse("a root of the same name with another key is trusted", SignatureInvalid, 2, Of(p => ([TrustAnchor.FromCertificate(Root().Der.Span)], [p.Leaf, p.Lower, p.Upper])))
        .Refuse("another root is trusted", IssuerUnknown, 2, Of(p => ([TrustAnchor.FromCertificate(Root(null, "Elsewhere").Der.Span)], [p.Leaf, p.Lower, p.Upper])))
        .Accept("two anchors of one name, the second right", Of(p => ([TrustAnchor.FromCertificate(Root().Der.Span), .. p.Anchor], [p.Leaf, p.Lower, p.Upper])))
        .Accept("6.1.1 (d): an intermediate as the anchor", Of(p => ([TrustAnchor.FromCertificate(p.Lower.Span)], [p.Leaf])))
        .Accept("6.1.1 (d): an intermediate as the anchor, with more sent than needed", Of(p => ([TrustAnchor.FromCertificate(p.Lower.Span)], [p.Leaf, p.Lower, p.Upper])))
        .Accept("6.1.1 (d): the anchor as bare name and key", Bare(Plain))
        .Accept("6.1.1 (d): a bare anchor has no dates", Bare(c => c.Expired()))
        .Accept("6.1.1 (d): a bare anchor has no constraints", Bare(c => c.WithBasicConstraints(isCa: true, pathLength: 0).WithNameConstraints(n => n.Dns("other.test"))))
        .Refuse("6.1.1 (d): a bare anchor of another key", SignatureInvalid, 1, Bare(Plain, TestKey.Generate()))
        .Accept("cross-signed: the first issuer has expired", CrossSigned(old: c => c.Expired(), fresh: Plain))
        .Accept("cross-signed: the second issuer has expired", CrossSigned(old: Plain, fresh: c => c.Expired()))
        .Refuse("cross-signed: both have expired", NotAfterPassed, 1, CrossSigned(old: c => c.Expired(), fresh: c => c.Expired()))
        .Accept("cross-signed: the first issuer's name constraints forbid it", CrossSigned(old: c => c.WithNameConstraints(excluded: n => n.Dns("leaf.test")), fresh: Plain))
        .Accept("cross-signed: the first issuer's signature is broken", CrossSigned(old: c => c.SignatureTampered(), fresh: Plain))
        .Accept("a renewed key: the old key's certificate signs the new one", RolledOver())
        .Refuse("RFC 4158 5.2: two CAs that certify each other", IssuerUnknown, 0, Loop())
        .Refuse("a self-signed end-entity", IssuerUnknown, 0, SelfSigned())
        .Refuse("an end-entity that names the root and is signed by itself", SignatureInvalid, 0, Impostor());

    private sealed record Pki(TrustAnchor[] Anchor, ReadOnlyMemory<byte> Root, ReadOnlyMemory<byte> Upper, ReadOnlyMemory<byte> Lower, ReadOnlyMemory<byte> Leaf);

    private static SuitePath Of(Func<Pki, (TrustAnchor[] Anchors, ReadOnlyMemory<byte>[] Presented)> choose) => new(() =>
    {
        TestCertificateAuthority root = Root(), upper = root.IssueIntermediate("Upper"), lower = upper.IssueIntermediate("Lower");
        var (anchors, presented) = choose(new Pki([TrustAnchor.FromCertificate(root.Der.Span)], root.Der, upper.Der, lower.Der, lower.Issue(Leaf()).Der));
        return new SuiteParts(anchors, presented);
    });

    private static SuitePath Bare(Spec root, TestKey? key = null) => new(() =>
    {
        TestCertificateAuthority made = Root(root), issuing = made.IssueIntermediate("CA 1");
        TrustAnchor anchor = TrustAnchor.FromNameAndKey(made.Subject.Encoded.Span, (key ?? made.Key).SubjectPublicKeyInfo.Span);
        return new SuiteParts([anchor], issuing.Issue(Leaf(c => c.WithSan(n => n.Dns("leaf.test")))).Der, issuing.Der);
    });

    private static SuitePath CrossSigned(Spec old, Spec fresh) => new(() =>
    {
        TestCertificateAuthority oldRoot = Root(null, "Old root"), newRoot = Root(null, "New root");
        TestCertificateAuthority issuing = oldRoot.IssueIntermediate("Issuing", old), again = newRoot.CrossSign(issuing, fresh);
        return new SuiteParts(
            [TrustAnchor.FromCertificate(oldRoot.Der.Span), TrustAnchor.FromCertificate(newRoot.Der.Span)],
            issuing.Issue(Leaf(c => c.WithSan(n => n.Dns("leaf.test")))).Der, issuing.Der, again.Der);
    });

    private static SuitePath RolledOver() => new(() =>
    {
        TestCertificateAuthority old = Root(), renewed = old.IssueIntermediate("Root");
        return new SuiteParts([TrustAnchor.FromCertificate(old.Der.Span)], renewed.Issue(Leaf()).Der, renewed.Der);
    });

    private static SuitePath Loop() => new(() =>
    {
        TestCertificateAuthority a = Root(null, "A"), b = Root(null, "B");
        return new SuiteParts([TrustAnchor.FromCertificate(Root().Der.Span)], a.Issue(Leaf()).Der, b.CrossSign(a).Der, a.CrossSign(b).Der);
    });

    private static SuitePath SelfSigned() => new(() => new SuiteParts(
        [TrustAnchor.FromCertificate(Root().Der.Span)],
        TestCertificate.CreateSelfSigned(Leaf(), new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Now)).Der));

    private static SuitePath Impostor() => new(() => new SuiteParts(
        [TrustAnchor.FromCertificate(Root().Der.Span)],
        TestCertificate.CreateSelfSigned(Leaf(c => c.WithIssuerName(TestName.Cn("Root"))), new Microsoft.Extensions.Time.Testing.FakeTimeProvider(Now)).Der));
}
