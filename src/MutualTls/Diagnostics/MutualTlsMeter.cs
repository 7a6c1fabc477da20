using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using MutualTls.Findings;

namespace MutualTls.Diagnostics;

/// <summary>Holds the instruments of the meter "MutualTls". Their names and units follow OpenTelemetry; docs/observability.md has a row for each.</summary>
/// <remarks>
/// What a tag says is one of a few words of this library, a reason's code, or the name of a policy: nothing that a peer or an authority sends, which could make as
/// many series as it likes. While nobody listens, an instrument costs a look at a field.
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class MutualTlsMeter
{
    public const string Name = "MutualTls";

    private const string Policy = "mutualtls.policy.name";
    private const string Role = "mutualtls.peer.role";
    private const string Outcome = "mutualtls.verdict.outcome";
    private const string Reason = "mutualtls.reason";

    private readonly Counter<long> _verdicts;
    private readonly Counter<long> _warnings;
    private readonly Counter<long> _softFails;
    private readonly Counter<long> _unknown;
    private readonly Counter<long> _fetches;
    private readonly Histogram<double> _fetchDuration;
    private readonly Gauge<double> _stapleRemaining;

    private MutualTlsMeter(Meter meter)
    {
        _verdicts = meter.CreateCounter<long>("mutualtls.verdicts", "{verdict}", "Final verdicts on peers.");
        _warnings = meter.CreateCounter<long>("mutualtls.verdict.warnings", "{finding}", "What was found of peers that were accepted, and did not refuse them.");
        _softFails = meter.CreateCounter<long>("mutualtls.revocation.soft_fails", "{verdict}", "Peers that were accepted although the status of a certificate was unknown.");
        _unknown = meter.CreateCounter<long>("mutualtls.revocation.unknown", "{certificate}", "Certificates of judged peers whose revocation status was unknown.");
        _fetches = meter.CreateCounter<long>("mutualtls.revocation.fetches", "{fetch}", "Attempts to fetch revocation data.");
        _fetchDuration = meter.CreateHistogram(
            "mutualtls.revocation.fetch.duration", "s", "How long fetches of revocation data took, retries included.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });
        _stapleRemaining = meter.CreateGauge<double>("mutualtls.credential.staple.remaining", "s", "How long the OCSP answer that a credential presents is still good; 0 if it presents none.");
    }

    /// <summary>Gets the meter of those who were given no factory: one for the process.</summary>
    public static MutualTlsMeter Shared { get; } = new(new Meter(Name, Version));

    private static string Version => typeof(MutualTlsMeter).Assembly.GetName().Version?.ToString(3) ?? "";

    /// <summary>Gets whether anybody listens to what a verdict says.</summary>
    public bool CountsVerdicts => _verdicts.Enabled || _warnings.Enabled || _softFails.Enabled || _unknown.Enabled;

    /// <summary>Makes the instruments of a factory's meter; null is <see cref="Shared"/>.</summary>
    public static MutualTlsMeter Of(IMeterFactory? factory) => factory is null ? Shared : new MutualTlsMeter(factory.Create(Name, Version));

    /// <summary>Counts a verdict.</summary>
    /// <param name="policy">The policy's name.</param>
    /// <param name="role">The part that the peer plays.</param>
    /// <param name="outcome">What the verdict says.</param>
    /// <param name="mode">Whether a refusal is carried out.</param>
    /// <param name="origin">Whether it was remembered.</param>
    /// <param name="reason">The primary reason of a refusal.</param>
    public void Verdict(string policy, string role, string outcome, string mode, string origin, ValidationReason reason)
    {
        TagList tags = new()
        {
            { Policy, policy }, { Role, role }, { Outcome, outcome }, { "mutualtls.policy.mode", mode }, { "mutualtls.verdict.origin", origin },
        };
        if (reason != ValidationReason.None)
        {
            tags.Add(Reason, ReasonText.Code(reason));
        }

        _verdicts.Add(1, tags);
    }

    /// <summary>Counts one thing that was found of an accepted peer.</summary>
    public void Warning(string policy, string role, ValidationReason reason) =>
        _warnings.Add(1, new(Policy, policy), new(Role, role), new(Reason, ReasonText.Code(reason)));

    /// <summary>Counts an accepted peer with a certificate of unknown status.</summary>
    public void SoftFail(string policy, string role) => _softFails.Add(1, new(Policy, policy), new(Role, role));

    /// <summary>Counts one certificate of unknown status.</summary>
    public void UnknownStatus(string policy, string cause, string outcome) =>
        _unknown.Add(1, new(Policy, policy), new("mutualtls.revocation.cause", cause), new(Outcome, outcome));

    /// <summary>Counts a fetch.</summary>
    /// <param name="kind">What was fetched.</param>
    /// <param name="result">How it ended.</param>
    /// <param name="duration">How long it took; null if nothing was asked.</param>
    public void Fetch(string kind, string result, TimeSpan? duration)
    {
        KeyValuePair<string, object?> kindTag = new("mutualtls.revocation.kind", kind), resultTag = new("mutualtls.revocation.result", result);
        _fetches.Add(1, kindTag, resultTag);
        if (duration is { } took)
        {
            _fetchDuration.Record(took.TotalSeconds, kindTag, resultTag);
        }
    }

    /// <summary>Tells how long the OCSP answer of a credential is still good.</summary>
    public void StapleRemaining(string credential, TimeSpan remaining) => _stapleRemaining.Record(remaining.TotalSeconds, new KeyValuePair<string, object?>("mutualtls.credential.name", credential));

    /// <summary>Writes the name of an enum's value as a tag's value: TimedOut is timed_out.</summary>
    public static string Tag<T>(T value)
        where T : struct, Enum => TagsOf<T>.Texts.TryGetValue(value, out string? text) ? text : "other";

    private static class TagsOf<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<T, string> Texts = Enum.GetValues<T>().Distinct().ToDictionary(value => value, value => SnakeCase(value.ToString()));

        private static string SnakeCase(string name) => string.Concat(
            name.Select((letter, index) => char.IsAsciiLetterUpper(letter) ? (index == 0 ? "" : "_") + char.ToLower(letter, CultureInfo.InvariantCulture) : letter.ToString()));
    }
}
