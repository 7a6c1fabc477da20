using MutualTls.Conformance.Cases;
using MutualTls.Conformance.Engines;
using MutualTls.Paths;

namespace MutualTls.Conformance.Differential;

/// <summary>Judges mutated chains with all three engines and sorts what they disagree about into classes.</summary>
internal static class DifferentialRun
{
    /// <summary>Judges <paramref name="count"/> chains.</summary>
    public static async Task<DifferentialResult> RunAsync(int seed, int count, Action<int>? progress, CancellationToken cancellationToken)
    {
        ChainMutator mutator = new(seed);
        Engines engines = new();
        DifferentialResult result = new();
        for (int number = 0; number < count; number++)
        {
            ConformanceCase mutant = mutator.Make(number);
            Answers answers = await engines.JudgeAsync(mutant, cancellationToken);
            result.Add(mutant.Id, answers);
            if (answers.IsOursAlone && !await HasTwoCausesAsync(engines, mutator.MakeWithLess(number), cancellationToken))
            {
                result.OursAloneForOneCause.Add(mutant.Id);
            }

            progress?.Invoke(number + 1);
        }

        return result;
    }

    // The two refusals have nothing to do with each other if one of them goes away with some mutations and the other stays.
    private static async Task<bool> HasTwoCausesAsync(Engines engines, IEnumerable<ConformanceCase> reduced, CancellationToken cancellationToken)
    {
        foreach (ConformanceCase chain in reduced)
        {
            Answers answers = await engines.JudgeAsync(chain, cancellationToken);
            if (answers.Ours.IsAccepted && answers.Platform.IsAccepted != answers.BouncyCastle.IsAccepted)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>What the three engines say of one chain.</summary>
internal sealed record Answers(CaseAnswer Ours, CaseAnswer Platform, CaseAnswer BouncyCastle)
{
    public bool IsOursAlone => Ours.IsAccepted && !Platform.IsAccepted && !BouncyCastle.IsAccepted;
}

/// <summary>The three engines.</summary>
internal sealed class Engines
{
    private readonly OurEngine _ours = new(RulePreset.Rfc5280);
    private readonly PlatformEngine _platform = new();
    private readonly BouncyCastleEngine _bouncyCastle = new();

    public async Task<Answers> JudgeAsync(ConformanceCase chain, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new Answers(
            await _ours.JudgeAsync(chain, cancellationToken), await AskAsync(_platform, chain, cancellationToken), await AskAsync(_bouncyCastle, chain, cancellationToken));
    }

    // An exception of another library is its refusal; one of ours would end the run.
    private static async Task<CaseAnswer> AskAsync(IConformanceEngine engine, ConformanceCase mutant, CancellationToken cancellationToken)
    {
        try
        {
            return await engine.JudgeAsync(mutant, cancellationToken);
        }
#pragma warning disable CA1031 // Whatever it throws, it does not accept.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return CaseAnswer.Refused(exception.GetType().Name);
        }
    }
}

/// <summary>Counts agreements and the classes of disagreement, each with its first examples.</summary>
internal sealed class DifferentialResult
{
    private const int ExamplesKept = 3;

    private readonly SortedDictionary<string, (int Count, List<string> Examples)> _classes = new(StringComparer.Ordinal);

    public int Total { get; private set; }

    public int AllAccept { get; private set; }

    public int AllRefuse { get; private set; }

    public IReadOnlyDictionary<string, (int Count, List<string> Examples)> Classes => _classes;

    /// <summary>Gets how many chains we accept and both others refuse.</summary>
    public int OursAlone { get; private set; }

    /// <summary>Gets those of them in which leaving mutations undone never makes one of the others accept and the other still refuse: none may be.</summary>
    public List<string> OursAloneForOneCause { get; } = [];

    public void Add(string id, Answers answers)
    {
        (CaseAnswer ours, CaseAnswer platform, CaseAnswer bouncyCastle) = answers;
        Total++;
        AllAccept += ours.IsAccepted && platform.IsAccepted && bouncyCastle.IsAccepted ? 1 : 0;
        AllRefuse += !ours.IsAccepted && !platform.IsAccepted && !bouncyCastle.IsAccepted ? 1 : 0;
        OursAlone += answers.IsOursAlone ? 1 : 0;
        foreach (string name in ClassesOf(ours, platform, bouncyCastle))
        {
            (int count, List<string> examples) = _classes.TryGetValue(name, out (int, List<string>) known) ? known : (0, []);
            if (examples.Count < ExamplesKept)
            {
                examples.Add($"{id} [ours: {ours.Detail ?? "accepted"}; platform: {platform.Reason ?? "accepted"}; bouncycastle: {bouncyCastle.Detail ?? "accepted"}]");
            }

            _classes[name] = (count + 1, examples);
        }
    }

    // Where we refuse, our reason tells the class; where we accept, each reason of one that does not.
    private static IEnumerable<string> ClassesOf(CaseAnswer ours, CaseAnswer platform, CaseAnswer bouncyCastle)
    {
        if (!ours.IsAccepted)
        {
            string? who = (platform.IsAccepted, bouncyCastle.IsAccepted) switch { (true, true) => "both", (true, false) => "platform", (false, true) => "bouncycastle", _ => null };
            return who is null ? [] : [$"refused {ours.Reason}; accepted by {who}"];
        }

        IEnumerable<string> byPlatform = platform.IsAccepted ? [] : platform.Reason!.Split(", ").Select(flag => $"accepted; refused by platform: {flag}");
        IEnumerable<string> byBouncyCastle = bouncyCastle.IsAccepted ? [] : [$"accepted; refused by bouncycastle: {Start(bouncyCastle.Detail!)}"];
        return byPlatform.Concat(byBouncyCastle);
    }

    // The words up to what differs from case to case.
    private static string Start(string message) => string.Join(' ', message.Split(' ', '\n').TakeWhile(word => !word.Any(char.IsDigit)).Take(6)).TrimEnd('.', ':', ',');
}
