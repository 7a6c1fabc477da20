using Microsoft.Extensions.Time.Testing;
using MutualTls.Identities;
using MutualTls.Paths;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Testing;
using MutualTls.Trust;
using Spec = System.Action<MutualTls.Testing.TestCertificateSpec>;

namespace MutualTls.Tests.Paths.Rfc5280Suite;

/// <summary>What is presented and trusted in one case, and how it is judged. Made only when the case runs.</summary>
internal sealed record SuitePath(Func<SuiteParts> Make)
{
    /// <summary>The time of validation unless a case says another, on a whole second.</summary>
    public static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Nothing special about this certificate.</summary>
    public static readonly Spec Plain = _ => { };

    public RulePreset Preset { get; init; } = RulePreset.Rfc5280;

    public DateTimeOffset Time { get; init; } = Now;

    public Action<PeerPolicyOptions>? Options { get; init; }

    /// <summary>The host that was dialled: then the peer is a server, else a client.</summary>
    public string? Host { get; init; }

    /// <summary>A chain in which each certificate issued the one before: the index is the depth, and the last is the anchor.</summary>
    public static SuitePath Chain(params Spec[] byDepth) => new(() =>
    {
        TestCertificateAuthority root = Root(byDepth[^1]), issuer = root;
        List<ReadOnlyMemory<byte>> presented = [];
        for (int depth = byDepth.Length - 2; depth > 0; depth--)
        {
            issuer = issuer.IssueIntermediate($"CA {depth}", byDepth[depth]);
            presented.Insert(0, issuer.Der);
        }

        presented.Insert(0, issuer.Issue(Leaf(byDepth[0])).Der);
        return new SuiteParts([TrustAnchor.FromCertificate(root.Der.Span)], [.. presented]);
    });

    public static TestCertificateAuthority Root(Spec? configure = null, string name = "Root") =>
        TestCertificateAuthority.CreateRoot(name, configure, new FakeTimeProvider(Now));

    public static Spec Leaf(Spec? configure = null) => c =>
    {
        c.WithSubject("leaf");
        configure?.Invoke(c);
    };

    public SuitePath Under(RulePreset preset) => this with { Preset = preset };

    public SuitePath At(DateTimeOffset time) => this with { Time = time };

    public SuitePath Asking(Action<PeerPolicyOptions> options) => this with { Options = options };

    public SuitePath Dialled(string host) => this with { Host = host };

    public PeerVerdict Judge()
    {
        SuiteParts parts = Make();
        PeerPolicyOptions options = new() { Rules = Preset, Revocation = { Mode = RevocationMode.Disabled } };
        Options?.Invoke(options);
        foreach (TrustAnchor anchor in parts.Anchors)
        {
            options.TrustAnchors.Add(anchor);
        }

        return new PeerPolicyEngine(new FakeTimeProvider(Time)).Judge(
            PeerPolicy.Create("suite", options),
            Host is null ? PeerRole.Client : PeerRole.Server,
            new PresentedChain(parts.Presented),
            Host is null ? null : ReferenceIdentity.ForHost(Host));
    }
}

/// <summary>The anchors, and what the peer presents, its own certificate first.</summary>
internal sealed record SuiteParts(TrustAnchor[] Anchors, params ReadOnlyMemory<byte>[] Presented);
