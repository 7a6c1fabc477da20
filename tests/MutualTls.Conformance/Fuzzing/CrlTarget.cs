using MutualTls.Conformance.Cases;
using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Policies;
using MutualTls.Revocation;

namespace MutualTls.Conformance.Fuzzing;

/// <summary>Compiles a policy with a mutated CRL among its own, hard-fail, and judges a peer whose status it tells.</summary>
internal sealed class CrlTarget(IReadOnlyList<FuzzSeed> seeds) : IFuzzTarget
{
    private readonly FuzzClock _clock = new();
    private readonly IssuedOctets _issued = new();

    public string Name => "crl";

    public IReadOnlyList<FuzzSeed> Seeds => seeds;

    // Of the suites' cases nobody says how much depends on which CRL.
    public bool MayLetIn(FuzzInput input) => input.IsResigned || input.Seed.Signer is null || _issued.Contains(input.Der) || seeds.Any(seed => seed.LetsIn && input.Der.AsSpan().SequenceEqual(seed.Der));

    public FuzzOutcome Run(FuzzInput input, Random random, List<ReadOnlyMemory<byte>> given)
    {
        if (input.IsResigned)
        {
            _issued.Add(input.Der);
        }

        ConformanceCase around = input.Seed.Around!;
        ReadOnlyMemory<byte>[] crls = [.. around.Crls];
        crls[input.Seed.Position] = input.Der;
        given.AddRange(crls);
        PeerPolicy policy;
        try
        {
            policy = PeerPolicy.Create("fuzz", builder =>
            {
                PathTarget.Trust(builder, around);
                builder.UseRules(random.Next(4) == 0 ? RulePreset.Strict : RulePreset.Rfc5280).CheckRevocation(revocation =>
                {
                    revocation.Preference = RevocationPreference.CrlOnly;
                    revocation.Fetching = RevocationFetching.Never;
                    foreach (ReadOnlyMemory<byte> crl in crls)
                    {
                        revocation.Crls.Add(crl);
                    }
                });
            });
        }
        catch (MutualTlsConfigurationException exception)
        {
            return new FuzzOutcome(FuzzRun.WithoutNumbers(exception.Message), LetIn: false);
        }

        _clock.Now = around.Time ?? FuzzSeeds.Now;
        using RevocationService service = new(timeProvider: _clock);
        PeerPolicyEngine engine = new(_clock, revocation: service);
        return PathTarget.OutcomeOf(engine.Judge(policy, around.Role, new PresentedChain([around.EndEntity, .. around.Others])));
    }
}
