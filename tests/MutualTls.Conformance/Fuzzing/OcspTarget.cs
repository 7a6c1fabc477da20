using MutualTls.Conformance.Cases;
using MutualTls.Paths;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Revocation.Ocsp;

namespace MutualTls.Conformance.Fuzzing;

/// <summary>Verifies an OCSP answer. The verifier itself is called: in public there is a responder before it, which is too slow.</summary>
internal sealed class OcspTarget : IFuzzTarget
{
    private readonly VerifiedPath _path;
    private readonly OcspIssuer _issuer;
    private readonly IssuedOctets _issued = new();

    public OcspTarget(IReadOnlyList<FuzzSeed> seeds)
    {
        Seeds = seeds;
        ConformanceCase around = seeds[0].Around!;
        PeerPolicy policy = PeerPolicy.Create("fuzz", builder =>
        {
            PathTarget.Trust(builder, around);
            builder.WithoutRevocation();
        });
        FuzzClock clock = new() { Now = FuzzSeeds.Now };
        _path = new PeerPolicyEngine(clock).Judge(policy, around.Role, new PresentedChain([around.EndEntity, .. around.Others])).Path!;
        _issuer = OcspIssuer.Of(_path, 0);
    }

    public string Name => "ocsp";

    public IReadOnlyList<FuzzSeed> Seeds { get; }

    // The certificates beside an answer are not signed: what counts is that the signed part is whole.
    public bool MayLetIn(FuzzInput input) =>
        input.IsResigned || Seeds.Append(input.Seed).Any(seed => seed.LetsIn && FuzzRun.HoldsSigned(input.Der, seed))
        || (FuzzRun.SignedPart(input.Der, input.Seed) is { } part && _issued.Contains(part));

    public FuzzOutcome Run(FuzzInput input, Random random, List<ReadOnlyMemory<byte>> given)
    {
        given.Add(input.Der);
        if (input.IsResigned && FuzzRun.SignedPart(input.Der, input.Seed) is { } part)
        {
            _issued.Add(part);
        }

        OcspResult result = OcspVerifier.Verify(input.Der, _issuer, _path.EndEntity.SerialNumberBytes, FuzzSeeds.Now, OcspRules.Default);
        return new FuzzOutcome($"{result.Status} {result.Cause} {FuzzRun.WithoutNumbers(result.Detail)}", result.Status == RevocationStatus.Good);
    }
}
