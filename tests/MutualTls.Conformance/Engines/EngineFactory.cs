using MutualTls.Paths;

namespace MutualTls.Conformance.Engines;

/// <summary>Makes engines by name.</summary>
internal static class EngineFactory
{
    public static string[] Names { get; } = ["ours", "platform", "bouncycastle"];

    public static IConformanceEngine Create(string name, RulePreset preset) => name switch
    {
        "ours" => new OurEngine(preset),
        "platform" => new PlatformEngine(),
        "bouncycastle" => new BouncyCastleEngine(),
        _ => throw new ArgumentException($"'{name}' is no engine.", nameof(name)),
    };
}
