using MutualTls.Paths;

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

    public RevocationPlaces Places { get; } = new(options.Places, options.Preference);

    public RevocationFetching Fetching { get; } = options.Fetching;

    public TimeSpan MaxWait { get; } = options.MaxWait;

    public TimeSpan StaleGrace { get; } = options.StaleGrace;

    /// <summary>Tells whether not knowing for this cause refuses the peer.</summary>
    public bool Refuses(RevocationCause cause) => Mode == RevocationMode.HardFail || OutcomeOf(cause) == RevocationOutcome.Refuse;

    /// <summary>Tells whether there is anybody to ask about a certificate.</summary>
    public bool HasPlaceToAsk(VerifiedPath path, int depth) => Places.Any(path, depth);

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
            errors.Add($"Revocation:StaleGrace: {options.StaleGrace} is not from 0 to {RevocationOptions.MaxStaleGrace.Days} days.");
        }

        RequireDefined(options.Fetching, nameof(options.Fetching), errors);
        if (options.MaxWait < TimeSpan.FromMilliseconds(100) || options.MaxWait > TimeSpan.FromMinutes(1))
        {
            errors.Add($"Revocation:MaxWait: {options.MaxWait} is not from 100 milliseconds to 1 minute.");
        }

        for (int i = 0; i < options.Places.Count; i++)
        {
            ValidatePlace(options.Places[i], $"Revocation:Places:{i}", errors);
        }

        if (options.Mode == RevocationMode.Disabled && options.CrlFiles.Count + options.Crls.Count + options.Places.Count > 0)
        {
            errors.Add("Revocation: CRLs or places to ask are given and revocation is not checked. Leave one of the two out.");
        }
    }

    private static void ValidatePlace(RevocationPlace place, string option, List<string> errors)
    {
        if (place.Source is not (RevocationSource.Crl or RevocationSource.Ocsp))
        {
            errors.Add($"{option}: {place.Source} is no place to ask; use Crl or Ocsp.");
        }

        if (place.Url is null || !place.Url.IsAbsoluteUri || place.Url.Scheme is not ("http" or "https"))
        {
            errors.Add($"{option}: '{place.Url}' is no http or https URL.");
        }

        if (place.IssuerKeySha256 is { } key && (key.Length != 64 || !key.All(char.IsAsciiHexDigit)))
        {
            errors.Add($"{option}: '{key}' is no SHA-256 as 64 hexadecimal digits.");
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
            errors.Add($"Revocation:{option}: {value} is none; use {string.Join(", ", Enum.GetNames<T>())}.");
        }
    }
}
