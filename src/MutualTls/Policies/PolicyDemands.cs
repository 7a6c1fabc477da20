using MutualTls.Policies.Fitness;
using MutualTls.Policies.Lists;
using MutualTls.Policies.Names;
using MutualTls.Policies.Pins;
using MutualTls.Sources;

namespace MutualTls.Policies;

/// <summary>Holds the demands of a policy that are compiled group by group.</summary>
/// <param name="Names">Which names.</param>
/// <param name="Pins">Which keys; null if it does not matter.</param>
/// <param name="Lists">Which single certificates.</param>
/// <param name="Fitness">Which kinds of certificate.</param>
internal sealed record PolicyDemands(NamePolicy Names, PinPolicy? Pins, ListPolicy Lists, FitnessPolicy Fitness)
{
    /// <summary>Gets what changes while the policy stands.</summary>
    public IEnumerable<IVersioned> Sources => new IVersioned?[] { Names.Source, Pins?.Source, Lists.Source, Lists.FileSource }.OfType<IVersioned>();

    /// <summary>Checks and compiles every group; null if there are errors.</summary>
    public static PolicyDemands? Compile(PeerPolicyOptions options, List<string> errors)
    {
        int before = errors.Count;
        NamePolicy names = NamePolicy.Compile(options.Names, options.Dangerous, errors);
        PinPolicy? pins = PinPolicy.Compile(options.Pins, errors);
        ListPolicy lists = ListPolicy.Compile(options.Lists, errors);
        FitnessPolicy? fitness = FitnessValidation.Compile(options.Fitness, options.Rules, errors);
        return errors.Count == before ? new PolicyDemands(names, pins, lists, fitness!) : null;
    }
}
