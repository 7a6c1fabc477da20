using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace MutualTls.Tests.Support;

/// <summary>Makes meters that nobody else shares, and keeps what is measured by them, in order.</summary>
internal sealed class MetricRecord : IMeterFactory
{
    private readonly Meter _meter;
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<Measured> _measured = new();

    /// <summary>Listens to those instruments of which the predicate says so; to all by default.</summary>
    public MetricRecord(Func<Instrument, bool>? listens = null)
    {
        _meter = new Meter("MutualTls", version: null, tags: null, scope: this);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, this))
            {
                Instruments.Enqueue(instrument);
                if (listens?.Invoke(instrument) ?? true)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.Start();
    }

    public ConcurrentQueue<Instrument> Instruments { get; } = new();

    public IReadOnlyList<Measured> All => [.. _measured];

    public static IEnumerable<object?> TagValues(IEnumerable<Measured> measured) => measured.SelectMany(one => one.Tags.Values);

    /// <summary>Gets what one instrument measured, the tags on one line, in the order of their names without "mutualtls.".</summary>
    public IReadOnlyList<string> Of(string instrument) =>
    [
        .. _measured.Where(one => one.Instrument == instrument)
            .Select(one => string.Join(' ', one.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key["mutualtls.".Length..]}={tag.Value}"))),
    ];

    public Meter Create(MeterOptions options) => options.Name == _meter.Name ? _meter : throw new InvalidOperationException(options.Name);

    public void Dispose()
    {
        _listener.Dispose();
        _meter.Dispose();
    }

    private void Keep<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        where T : struct, IConvertible => _measured.Enqueue(new Measured(instrument.Name, value.ToDouble(null), new Dictionary<string, object?>(tags.ToArray())));

    internal sealed record Measured(string Instrument, double Value, IReadOnlyDictionary<string, object?> Tags);
}
