namespace MutualTls.Revocation;

/// <summary>The options of revocation, checked and fixed.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed class RevocationRules(RevocationOptions options)
{
    private readonly RevocationOutcome _onNoPointer = options.OnNoPointer;
    private readonly RevocationOutcome _onUnreachable = options.OnUnreachable;
    private readonly RevocationOutcome _onStale = options.OnStale;
    private readonly RevocationOutcome _onMalformed = options.OnMalformed;
    private readonly RevocationOutcome _onUnknown = options.OnUnknown;

    public RevocationMode Mode { get; } = options.Mode;

    public RevocationDepth Depth { get; } = options.Depth;

    public RevocationPreference Preference { get; } = options.Preference;

    public TimeSpan StaleGrace { get; } = options.StaleGrace;

    /// <summary>Tells whether not knowing for this cause refuses the peer.</summary>
    public bool Refuses(RevocationCause cause) => Mode == RevocationMode.HardFail || OutcomeOf(cause) == RevocationOutcome.Refuse;

    /// <summary>Checks the options, each error with the option it is about.</summary>
    public static void Validate(RevocationOptions options, List<string> errors)
    {
        RequireDefined(options.Mode, nameof(options.Mode), errors);
        RequireDefined(options.Depth, nameof(options.Depth), errors);
        RequireDefined(options.Preference, nameof(options.Preference), errors);
        RequireDefined(options.OnNoPointer, nameof(options.OnNoPointer), errors);
        RequireDefined(options.OnUnreachable, nameof(options.OnUnreachable), errors);
        RequireDefined(options.OnStale, nameof(options.OnStale), errors);
        RequireDefined(options.OnMalformed, nameof(options.OnMalformed), errors);
        RequireDefined(options.OnUnknown, nameof(options.OnUnknown), errors);
        if (options.Mode == RevocationMode.Unspecified)
        {
            errors.Add("Revocation: not stated. There is no silent default: say CheckRevocation(...) or WithoutRevocation() (in configuration \"Revocation\": \"HardFail\", \"SoftFail\" or \"Disabled\").");
        }

        if (options.StaleGrace < TimeSpan.Zero || options.StaleGrace > RevocationOptions.MaxStaleGrace)
        {
            errors.Add($"Revocation.StaleGrace: {options.StaleGrace} is not from 0 to {RevocationOptions.MaxStaleGrace.Days} days.");
        }

        if (options.Mode == RevocationMode.Disabled && options.CrlFiles.Count + options.Crls.Count > 0)
        {
            errors.Add("Revocation: CRLs are given and revocation is not checked. Leave one of the two out.");
        }
    }

    private RevocationOutcome OutcomeOf(RevocationCause cause) => cause switch
    {
        RevocationCause.NoPointer => _onNoPointer,
        RevocationCause.Missing or RevocationCause.Unreachable => _onUnreachable,
        RevocationCause.Stale => _onStale,
        RevocationCause.Malformed or RevocationCause.Unsupported or RevocationCause.SignerInvalid => _onMalformed,
        _ => _onUnknown,
    };

    private static void RequireDefined<T>(T value, string option, List<string> errors)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            errors.Add($"Revocation.{option}: {value} is none; use {string.Join(", ", Enum.GetNames<T>())}.");
        }
    }
}
