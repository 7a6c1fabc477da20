using MutualTls.Conformance.Cases;
using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Policies;
using MutualTls.Trust;

namespace MutualTls.Conformance.Fuzzing;

/// <summary>Judges a chain of which one certificate is mutated, in any order and with strangers in it, by one engine that remembers the others.</summary>
internal sealed class PathTarget : IFuzzTarget
{
    private readonly FuzzClock _clock = new();
    private readonly PeerPolicyEngine _engine;
    private readonly Dictionary<(ConformanceCase, RulePreset), PeerPolicy> _policies = [];

    public PathTarget(IReadOnlyList<FuzzSeed> seeds)
    {
        Seeds = seeds;
        _engine = new PeerPolicyEngine(_clock);
    }

    public string Name => "path";

    public IReadOnlyList<FuzzSeed> Seeds { get; }

    // An intermediate may be mended from memory; the peer's own certificate may not.
    public bool MayLetIn(FuzzInput input) => input.IsResigned || input.Seed.Position > 0
        || input.Der.AsSpan().SequenceEqual(input.Seed.Around!.EndEntity.Span) || FuzzRun.IsSigned(input.Der, input.Seed);

    public FuzzOutcome Run(FuzzInput input, Random random, List<ReadOnlyMemory<byte>> given)
    {
        ConformanceCase around = input.Seed.Around!;
        List<ReadOnlyMemory<byte>> chain = [around.EndEntity, .. around.Others];
        chain[input.Seed.Position] = input.Der;
        Rearrange(chain, random);
        given.AddRange(chain);
        RulePreset preset = (RulePreset)random.Next(3);
        if (!_policies.TryGetValue((around, preset), out PeerPolicy? policy))
        {
            policy = _policies[(around, preset)] = PeerPolicy.Create("fuzz", builder =>
            {
                Trust(builder, around);
                builder.UseRules(preset).WithoutRevocation();
            });
        }

        _clock.Now = around.Time ?? FuzzSeeds.Now;
        return OutcomeOf(_engine.Judge(policy, around.Role, new PresentedChain(chain)));
    }

    /// <summary>Trusts what the case trusts, and takes any name of a server.</summary>
    public static void Trust(PeerPolicyBuilder builder, ConformanceCase around)
    {
        foreach (ReadOnlyMemory<byte> anchor in around.Anchors)
        {
            builder.Trust(TrustAnchor.FromCertificate(anchor.Span));
        }

        builder.Options.Dangerous.AcceptAnyServerName = true;

        // There are hundreds of policies, and no peer comes twice.
        builder.Options.VerdictCacheLimit = 1 << 20;
    }

    /// <summary>Reads a verdict; the engine turns an exception of its own into a finding, which is thrown here.</summary>
    public static FuzzOutcome OutcomeOf(PeerVerdict verdict)
    {
        foreach (Finding finding in verdict.Findings)
        {
            if (finding.Reason == ValidationReason.InternalFault)
            {
                throw new InvalidOperationException(finding.ToString());
            }

            _ = finding.ToString();
        }

        _ = verdict.Identity?.ToString();
        return new FuzzOutcome($"{verdict.Outcome} {verdict.Primary?.Reason} {FuzzRun.WithoutNumbers(verdict.Primary?.Detail)}", verdict.IsAccepted);
    }

    private void Rearrange(List<ReadOnlyMemory<byte>> chain, Random random)
    {
        for (int strangers = random.Next(4) == 0 ? random.Next(24) : 0; strangers > 0; strangers--)
        {
            chain.Insert(1 + random.Next(chain.Count), Seeds[random.Next(Seeds.Count)].Der);
        }

        if (chain.Count > 2 && random.Next(4) == 0)
        {
            int one = 1 + random.Next(chain.Count - 1), other = 1 + random.Next(chain.Count - 1);
            (chain[one], chain[other]) = (chain[other], chain[one]);
        }
    }
}
