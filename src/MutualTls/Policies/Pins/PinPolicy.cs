using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Pinning;
using MutualTls.Sources;

namespace MutualTls.Policies.Pins;

/// <summary>Checks that a verified path has a pinned key. After the expiry of its pins it has none.</summary>
/// <threadsafety>Immutable but for its source; safe from any thread.</threadsafety>
internal sealed class PinPolicy(SnapshotSource<SpkiPinSet> source, PinMode mode, PinFiles? files = null)
{
    public bool HasFiles => files is not null;

    public SnapshotSource<SpkiPinSet> Source { get; } = source;

    /// <summary>Compiles options; null if they ask for nothing.</summary>
    public static PinPolicy? Compile(PinOptions options, List<string> errors)
    {
        if (!Enum.IsDefined(options.Mode))
        {
            errors.Add($"Pins:Mode: {options.Mode} is no mode; use Enforce or ReportOnly.");
        }

        if (options.Source is { } source)
        {
            if (options.Pins.Count > 0 || options.PinFiles.Count > 0)
            {
                errors.Add("Pins:Pins: pins are given both as a list or file and as a source; give one of them.");
            }

            return new PinPolicy(source, options.Mode);
        }

        if (options.Pins.Count == 0 && options.PinFiles.Count == 0)
        {
            if (options.ExpiresAt is not null || options.Mode != PinMode.Enforce)
            {
                errors.Add("Pins:Pins: a mode or an expiry is set and there is no pin; add pins or leave the others out.");
            }

            return null;
        }

        int before = errors.Count;
        PinFiles files = new(options, PinFiles.Parse(options.Pins, (index, error) => errors.Add($"Pins:Pins:{index}: {error}"), out _));
        files.Load(errors);
        if (errors.Count == before && files.Check() is { } wrong)
        {
            errors.Add(wrong);
        }

        if (options.Targets == PinTargets.None || (options.Targets & ~PinTargets.Any) != 0)
        {
            errors.Add($"Pins:Targets: {options.Targets} is not one or more of EndEntity, Intermediate, Anchor.");
        }

        return errors.Count == before ? new PinPolicy(new SnapshotSource<SpkiPinSet>(files.Make()), options.Mode, options.PinFiles.Count == 0 ? null : files) : null;
    }

    /// <summary>Reads those files again that have changed. What of them is of no use stays as it was.</summary>
    public void Refresh(List<string> problems)
    {
        if (files?.Look(problems) is { } pins)
        {
            Source.Change(pins);
        }
    }

    public void Check(VerifiedPath path, in Judgement judgement, ref PathAnswer answer)
    {
        SpkiPinSet pins = Source.Current;
        if (pins.ExpiresAt <= judgement.Now)
        {
            Say(ref answer, ValidationReason.PinsExpired, FormattableString.Invariant($"expired at {pins.ExpiresAt:yyyy-MM-dd HH:mm'Z'}; the path has {pins.WouldMatch(path)}"));
        }
        else if (!pins.Matches(path))
        {
            Say(ref answer, ValidationReason.PinMismatch, $"none of {pins.Count} pins; the path has {pins.WouldMatch(path)}");
        }
        else if (pins.ExpiresAt is { } expiry)
        {
            answer.HoldsUntil(expiry);
        }
    }

    /// <summary>Writes what is asked, for people.</summary>
    public override string ToString() => $"one of {Source.Current.Count} pins{(mode == PinMode.ReportOnly ? ", report only" : "")}";

    private void Say(ref PathAnswer answer, ValidationReason reason, string detail)
    {
        if (mode == PinMode.ReportOnly)
        {
            answer.Warn(reason, -1, detail);
        }
        else
        {
            answer.Add(reason, -1, detail);
        }
    }
}
