using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Pinning;
using MutualTls.Sources;

namespace MutualTls.Policies.Pins;

/// <summary>Checks that a verified path has a pinned key. After the expiry of its pins it has none.</summary>
/// <threadsafety>Immutable but for its source; safe from any thread.</threadsafety>
internal sealed class PinPolicy(SnapshotSource<SpkiPinSet> source, PinMode mode)
{
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
            if (options.Pins.Count > 0)
            {
                errors.Add("Pins:Pins: pins are given both as a list and as a source; give one of them.");
            }

            return new PinPolicy(source, options.Mode);
        }

        if (options.Pins.Count == 0)
        {
            if (options.ExpiresAt is not null || options.Mode != PinMode.Enforce)
            {
                errors.Add("Pins:Pins: a mode or an expiry is set and there is no pin; add pins or leave the others out.");
            }

            return null;
        }

        HashSet<SpkiPin> pins = [];
        bool allRead = true;
        for (int i = 0; i < options.Pins.Count; i++)
        {
            if (SpkiPin.TryParse(options.Pins[i], out SpkiPin pin))
            {
                pins.Add(pin);
            }
            else
            {
                allRead = false;
                errors.Add($"Pins:Pins:{i}: '{options.Pins[i]}' is not a pin; write sha256/ and the base64 (44 characters) or hexadecimal (64 digits) of the SHA-256 of a SubjectPublicKeyInfo.");
            }
        }

        if (allRead && SpkiPinSet.CheckCount(pins.Count, options.Backup) is { } wrong)
        {
            allRead = false;
            errors.Add($"Pins:Pins: {wrong}.");
        }

        if (options.Targets == PinTargets.None || (options.Targets & ~PinTargets.Any) != 0)
        {
            allRead = false;
            errors.Add($"Pins:Targets: {options.Targets} is not one or more of EndEntity, Intermediate, Anchor.");
        }

        return allRead ? new PinPolicy(new SnapshotSource<SpkiPinSet>(new SpkiPinSet(pins, options.Targets, options.ExpiresAt, options.Backup)), options.Mode) : null;
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
