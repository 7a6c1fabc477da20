using System.Collections.Frozen;
using MutualTls.Certificates;
using MutualTls.Paths;

namespace MutualTls.Pinning;

/// <summary>Holds the pins of one moment: a verified path must have one of these keys. RFC 7469 section 2.6.</summary>
/// <remarks>Asked of verified paths only, so a certificate that a peer merely sends along never counts.</remarks>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class SpkiPinSet
{
    private readonly FrozenSet<SpkiPin> _pins;

    /// <summary>Makes a set.</summary>
    /// <param name="pins">The pins, two different ones at least unless <paramref name="backup"/> says otherwise.</param>
    /// <param name="targets">Which keys of a path they may name. The default is any.</param>
    /// <param name="expiresAt">From when on the set accepts nobody; null for never.</param>
    /// <param name="backup">Whether a second pin is needed. The default is yes.</param>
    /// <exception cref="ArgumentException">There are too few pins, or no targets.</exception>
    public SpkiPinSet(
        IEnumerable<SpkiPin> pins, PinTargets targets = PinTargets.Any, DateTimeOffset? expiresAt = null, PinBackup backup = PinBackup.Required)
    {
        ArgumentNullException.ThrowIfNull(pins);
        _pins = pins.ToFrozenSet();
        Targets = targets;
        ExpiresAt = expiresAt;
        if (CheckCount(_pins.Count, backup) is { } wrong)
        {
            throw new ArgumentException(wrong, nameof(pins));
        }

        if (targets == PinTargets.None || (targets & ~PinTargets.Any) != 0)
        {
            throw new ArgumentException("Pins need targets: EndEntity, Intermediate, Anchor or several of them.", nameof(targets));
        }
    }

    /// <summary>Gets how many pins there are.</summary>
    public int Count => _pins.Count;

    /// <summary>Gets which keys of a path the pins may name.</summary>
    public PinTargets Targets { get; }

    /// <summary>Gets from when on the set accepts nobody; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; }

    /// <summary>Tells whether the path has one of these keys. The expiry is the caller's to look at.</summary>
    /// <param name="path">The path.</param>
    /// <returns>True if it has.</returns>
    public bool Matches(VerifiedPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        ReadOnlySpan<ParsedCertificate> certificates = path.Span;
        if ((Targets & PinTargets.EndEntity) != 0 && _pins.Contains(SpkiPin.Of(certificates[0])))
        {
            return true;
        }

        if ((Targets & PinTargets.Intermediate) != 0)
        {
            foreach (ParsedCertificate intermediate in certificates[1..])
            {
                if (_pins.Contains(SpkiPin.Of(intermediate)))
                {
                    return true;
                }
            }
        }

        return (Targets & PinTargets.Anchor) != 0 && _pins.Contains(SpkiPin.OfKey(path.Anchor.EncodedKey));
    }

    /// <summary>Writes the pins that would have matched, end-entity first.</summary>
    internal string WouldMatch(VerifiedPath path)
    {
        List<string> pins = [];
        if ((Targets & PinTargets.EndEntity) != 0)
        {
            pins.Add($"end-entity {SpkiPin.Of(path.EndEntity)}");
        }

        if ((Targets & PinTargets.Intermediate) != 0)
        {
            pins.AddRange(path.Certificates.Skip(1).Select(intermediate => $"intermediate '{intermediate.Subject}' {SpkiPin.Of(intermediate)}"));
        }

        if ((Targets & PinTargets.Anchor) != 0)
        {
            pins.Add($"anchor '{path.Anchor.Subject}' {SpkiPin.OfKey(path.Anchor.EncodedKey)}");
        }

        return string.Join(", ", pins);
    }

    internal static string? CheckCount(int count, PinBackup backup) => count switch
    {
        0 => "there is no pin, so nobody could ever be accepted",
        1 when backup == PinBackup.Required =>
            "there is one pin and no backup: add the pin of a key kept in reserve, or say that you do without (Backup: Waived)",
        _ => null,
    };
}
