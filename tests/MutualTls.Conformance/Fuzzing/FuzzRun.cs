using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using MutualTls.Conformance.Differential;
using MutualTls.Conformance.Running;
using MutualTls.Testing;

namespace MutualTls.Conformance.Fuzzing;

/// <summary>Mutates, executes and watches: no exception, no second of CPU, bounded memory, nobody let in by what nobody signed.</summary>
internal sealed class FuzzRun(int seed, IReadOnlyList<IFuzzTarget> targets)
{
    /// <summary>The most that one execution may allocate, in bytes.</summary>
    public const long MaxAllocated = 64L << 20;

    private const int MaxKept = 4000;

    private static readonly HashAlgorithmName[] Hashes = [HashAlgorithmName.SHA256, HashAlgorithmName.SHA384, HashAlgorithmName.SHA512];

    private static readonly TestKey Stranger = ChainMutator.KeyOf(77);

    private readonly Dictionary<IFuzzTarget, Statistics> _statistics = targets.ToDictionary(t => t, t => new Statistics(t));

    /// <summary>Gets the most CPU time that one execution may take.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets what was counted.</summary>
    public IReadOnlyDictionary<IFuzzTarget, Statistics> Counted => _statistics;

    /// <summary>Runs the targets in turn until the time is over.</summary>
    public void Run(TimeSpan duration, Action<FuzzFinding> found, CancellationToken cancellationToken)
    {
        CheckSeeds();
        long start = Stopwatch.GetTimestamp();
        for (int number = 0; Stopwatch.GetElapsedTime(start) < duration && !cancellationToken.IsCancellationRequested; number++)
        {
            IFuzzTarget target = targets[number % targets.Count];
            Random random = new(unchecked((seed * 1_000_003) + number));
            Statistics statistics = _statistics[target];
            FuzzInput input = Mutate(target, statistics, random);
            if (Execute(target, input, random.Next(), statistics) is { } finding)
            {
                found(finding with { Number = number });
            }
        }
    }

    // A seed that does not do what it is for would make every run a success.
    private void CheckSeeds()
    {
        foreach (IFuzzTarget target in targets)
        {
            foreach (FuzzSeed seed in target.Seeds.Where(s => s.LetsIn))
            {
                if (!target.Run(new FuzzInput(seed, seed.Der, IsResigned: false), new Random(1), []).LetIn)
                {
                    throw new InvalidOperationException($"A seed of {target.Name} should let in and does not: {Convert.ToHexString(seed.Der)}");
                }
            }
        }
    }

    /// <summary>Executes one input and says what is wrong, or nothing.</summary>
    public FuzzFinding? Execute(IFuzzTarget target, FuzzInput input, int variation, Statistics statistics)
    {
        List<ReadOnlyMemory<byte>> given = [];
        try
        {
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            TimeSpan start = ProcessorTime.Now();
            FuzzOutcome outcome = target.Run(input, new Random(variation), given);
            (allocated, TimeSpan time) = (GC.GetAllocatedBytesForCurrentThread() - allocated, ProcessorTime.Now() - start);
            statistics.Executions++;
            statistics.LetIn += outcome.LetIn ? 1 : 0;
            statistics.Slowest = time > statistics.Slowest ? time : statistics.Slowest;
            statistics.MostAllocated = Math.Max(statistics.MostAllocated, allocated);
            if (statistics.Outcomes.Add(outcome.Kind) && statistics.Kept.Count < MaxKept && input.Der.Length <= FuzzSeeds.MaxSeedLength)
            {
                statistics.Kept.Add(input.Seed with { Der = input.Der, LetsIn = input.IsResigned || outcome.LetIn });
            }

            return outcome.LetIn && !target.MayLetIn(input) ? Finding("let in by what nobody signed")
                : allocated > MaxAllocated ? Finding(string.Create(CultureInfo.InvariantCulture, $"{allocated} bytes allocated"))
                : time > MaxTime && TimeAgain(target, input, variation) is { } again && again > MaxTime ? Finding(string.Create(CultureInfo.InvariantCulture, $"{again.TotalSeconds:F1} s of CPU"))
                : null;
        }
#pragma warning disable CA1031 // Whatever is thrown is what this is looking for.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            statistics.Executions++;
            return Finding(exception.ToString());
        }

        FuzzFinding Finding(string what) => new(target.Name, seed, Number: 0, what, [.. given]);
    }

    /// <summary>Gets what is signed of a value, tag and length included; null if there is no such part.</summary>
    public static byte[]? SignedPart(byte[] der, FuzzSeed seed) => DerNode.Parse(der) is { } tree ? SignedNode(tree, seed)?.Children[0].Encode() : null;

    /// <summary>Tells whether the platform says that a seed's signer signed this value: a mutation may mend a seed that was broken after it was signed, or lead to another.</summary>
    public static bool IsSigned(byte[] der, FuzzSeed seed)
    {
        if (seed.Signer?.Algorithm is not ECDsa key || DerNode.Parse(der) is not { } tree || SignedNode(tree, seed) is not { } signed)
        {
            return false;
        }

        byte[] data = signed.Children[0].Encode();
        byte[] signature = signed.Children[2] is { Children: [var inside, ..] } ? inside.Encode() : signed.Children[2].Content;
        return Array.Exists(Hashes, hash => key.VerifyData(data, signature, hash, DSASignatureFormat.Rfc3279DerSequence));
    }

    /// <summary>Tells whether the octets hold, whole, what is signed of a seed.</summary>
    public static bool HoldsSigned(byte[] octets, FuzzSeed seed) => SignedPart(seed.Der, seed) is { } part && octets.AsSpan().IndexOf(part) >= 0;

    /// <summary>Takes the numbers out of a message, so that it names a kind of outcome.</summary>
    public static string WithoutNumbers(string? message) => message is null ? "" : string.Concat(message.Take(160).Where(c => char.IsAsciiLetter(c) || c is ' ' or ','));

    private static FuzzInput Mutate(IFuzzTarget target, Statistics statistics, Random random)
    {
        FuzzSeed from = Choose(target, statistics, random);
        DerMutator mutator = new(random);
        DerNode? tree = DerNode.Parse(from.Der);
        if (tree is null || random.Next(8) == 0)
        {
            return new FuzzInput(from, ScrambleOften(mutator, from.Der, random), IsResigned: false);
        }

        DerNode? donor = DerNode.Parse(target.Seeds[random.Next(target.Seeds.Count)].Der);
        if (from.Signer is null || random.Next(3) == 0 || SignedNode(tree, from) is not { } signed)
        {
            mutator.Edit(tree, donor);
            return new FuzzInput(from, Bounded(tree, from), IsResigned: false);
        }

        mutator.Edit(signed.Children[0], donor);
        bool rightly = random.Next(8) > 0;
        byte[] signature = (rightly ? from.Signer : Stranger).Sign(signed.Children[0].Encode(), TestSignatureKind.EcdsaSha256);
        signed.Children[2] = new DerNode { Tag = 0x03, Content = [0, .. signature] };
        return new FuzzInput(from, Bounded(tree, from), IsResigned: rightly);
    }

    // Equally often what has given something new, what can be signed again, and anything.
    private static FuzzSeed Choose(IFuzzTarget target, Statistics statistics, Random random)
    {
        int kind = random.Next(3);
        return kind == 0 && statistics.Kept.Count > 0 ? statistics.Kept[random.Next(statistics.Kept.Count)]
            : kind == 1 ? statistics.OwnSeeds[random.Next(statistics.OwnSeeds.Count)]
            : target.Seeds[random.Next(target.Seeds.Count)];
    }

    private static byte[] Bounded(DerNode tree, FuzzSeed from) => tree.Encode() is { Length: <= DerMutator.MaxLength } der ? der : from.Der;

    private static byte[] ScrambleOften(DerMutator mutator, byte[] der, Random random)
    {
        byte[] octets = [.. der];
        for (int count = 1 << random.Next(4); count > 0; count--)
        {
            octets = mutator.Scramble(octets);
        }

        return octets;
    }

    private static DerNode? SignedNode(DerNode tree, FuzzSeed seed)
    {
        DerNode node = tree;
        foreach (int at in seed.SignedAt)
        {
            if (at >= node.Children.Count)
            {
                return null;
            }

            node = node.Children[at];
        }

        return node.Children.Count >= 3 ? node : null;
    }

    // What the collector or a shared core added is not there again: the better of two more tries counts.
    private static TimeSpan TimeAgain(IFuzzTarget target, FuzzInput input, int variation)
    {
        TimeSpan best = TimeSpan.MaxValue;
        for (int round = 0; round < 2; round++)
        {
            TimeSpan taken = ProcessorTime.Of(() => target.Run(input, new Random(variation), []));
            best = taken < best ? taken : best;
        }

        return best;
    }

    /// <summary>Counts for one target.</summary>
    public sealed class Statistics(IFuzzTarget target)
    {
        public IReadOnlyList<FuzzSeed> OwnSeeds { get; } = [.. target.Seeds.Where(seed => seed.Signer is not null)];

        public long Executions { get; set; }

        public long LetIn { get; set; }

        public long MostAllocated { get; set; }

        public TimeSpan Slowest { get; set; }

        public HashSet<string> Outcomes { get; } = new(StringComparer.Ordinal);

        public List<FuzzSeed> Kept { get; } = [];
    }
}

/// <summary>Holds what was found.</summary>
/// <param name="Target">Where.</param>
/// <param name="Seed">The seed of the run.</param>
/// <param name="Number">The execution's number in it.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Given">The octets that were given to the library.</param>
internal sealed record FuzzFinding(string Target, int Seed, int Number, string What, IReadOnlyList<ReadOnlyMemory<byte>> Given);
