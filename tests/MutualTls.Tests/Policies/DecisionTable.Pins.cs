using System.Security.Cryptography;
using MutualTls.Findings;
using MutualTls.Pinning;
using MutualTls.Policies;
using MutualTls.Policies.Pins;
using MutualTls.Testing;

namespace MutualTls.Tests.Policies;

/// <content>Pins: which keys of the verified path count. Pitfall 12.</content>
public partial class DecisionTable
{
    private static readonly string Reserve = PinOf(TestKey.Generate());

    private static IEnumerable<Decision> PinRows() =>
    [
        Pinned("end-entity", p => p.Pin(PinOf(Key), Reserve), In),
        Pinned("intermediate", p => p.Pin(PinOf(Devices.Key), Reserve), In),
        Pinned("anchor", p => p.Pin(PinOf(Root.Key), Reserve), In),
        Pinned("nothing on the path", p => p.Pin(Reserve, PinOf(Users.Key)), ValidationReason.PinMismatch),
        Pinned("header form", p => p.Pin($"pin-sha256=\"{PinOf(Key)[7..]}\"", Reserve), In),
        Pinned("hexadecimal", p => p.Pin(Convert.ToHexString(SHA256.HashData(Key.SubjectPublicKeyInfo.Span)), Reserve), In),
        Pinned("end-entity, only intermediates count", p => p.Pin(o => Set(o, PinTargets.Intermediate, PinOf(Key), Reserve)), ValidationReason.PinMismatch),
        Pinned("intermediate, only intermediates count", p => p.Pin(o => Set(o, PinTargets.Intermediate, PinOf(Devices.Key), Reserve)), In),
        Pinned("anchor, only intermediates count", p => p.Pin(o => Set(o, PinTargets.Intermediate, PinOf(Root.Key), Reserve)), ValidationReason.PinMismatch),
        Pinned("anchor, only anchors count", p => p.Pin(o => Set(o, PinTargets.Anchor, PinOf(Root.Key), Reserve)), In),
        Pinned("intermediate, ends count", p => p.Pin(o => Set(o, PinTargets.Anchor | PinTargets.EndEntity, PinOf(Devices.Key), Reserve)), ValidationReason.PinMismatch),
        Pinned("one pin, backup waived", p => p.Pin(o => Set(o, PinTargets.Any, PinOf(Key)).Backup = PinBackup.Waived), In),
        Pinned("not expired", p => p.Pin(o => Set(o, PinTargets.Any, PinOf(Key), Reserve).ExpiresAt = DateTimeOffset.UtcNow.AddDays(1)), In),
        Pinned("expired, though the key fits", p => p.Pin(o => Set(o, PinTargets.Any, PinOf(Key), Reserve).ExpiresAt = DateTimeOffset.UtcNow.AddDays(-1)), ValidationReason.PinsExpired),
        Pinned("report only, nothing fits", p => p.Pin(o => Set(o, PinTargets.Any, PinOf(Users.Key), Reserve).Mode = PinMode.ReportOnly), In),
        Pinned("report only, expired", p => p.Pin(o => (Set(o, PinTargets.Any, PinOf(Key), Reserve).Mode, o.ExpiresAt) = (PinMode.ReportOnly, DateTimeOffset.UtcNow.AddDays(-1))), In),
        Pinned("of a source", p => p.PinFrom(new(new SpkiPinSet([SpkiPin.Parse(PinOf(Key)), SpkiPin.Parse(Reserve)]))), In),
        Pinned("of a source, nothing fits", p => p.PinFrom(new(new SpkiPinSet([SpkiPin.Parse(PinOf(Users.Key)), SpkiPin.Parse(Reserve)]))), ValidationReason.PinMismatch),
        new(
            "pin | a certificate that was only sent along", () => new PresentedChain(Devices.IssueClient("peer", c => c.WithKey(Key)).Der, Devices.Der, Users.Der),
            p => p.Pin(PinOf(Users.Key), Reserve), ValidationReason.PinMismatch),
        new(
            "pin | of a stranger's path that fits", () => Presented(StrangerRoot.IssueClient("peer", c => c.WithKey(Key))),
            p => p.Pin(PinOf(Key), Reserve), ValidationReason.IssuerUnknown),
        Client("pin | same subject, other key", c => c.WithKey(TestKey.Generate()), p => p.Pin(o => Set(o, PinTargets.EndEntity, PinOf(Key), Reserve)), ValidationReason.PinMismatch),
        Client("pin | renewed with the same key", c => c.WithSerial(0x7F, 1), p => p.Pin(o => Set(o, PinTargets.EndEntity, PinOf(Key), Reserve)), In),
        Client("pin | renewed with the key in reserve", c => c.WithKey(Users.Key), p => p.Pin(o => Set(o, PinTargets.EndEntity, PinOf(Key), PinOf(Users.Key))), In),
        Client("pin | expired certificate", c => c.Expired(), p => p.Pin(PinOf(Key), Reserve), ValidationReason.NotAfterPassed),
    ];

    private static Decision Pinned(string name, Action<PeerPolicyBuilder> policy, ValidationReason reason) => Client($"pin | {name}", _ => { }, policy, reason);

    private static string PinOf(TestKey key) => "sha256/" + Convert.ToBase64String(SHA256.HashData(key.SubjectPublicKeyInfo.Span));

    private static PinOptions Set(PinOptions options, PinTargets targets, params string[] pins)
    {
        options.Targets = targets;
        foreach (string pin in pins)
        {
            options.Pins.Add(pin);
        }

        return options;
    }
}
