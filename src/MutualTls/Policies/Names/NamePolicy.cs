using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Sources;

namespace MutualTls.Policies.Names;

/// <summary>Checks the names of an end-entity: the one that was dialled or what stands in its place, and those that are allowed or denied.</summary>
/// <threadsafety>Immutable but for its source; safe from any thread.</threadsafety>
internal sealed class NamePolicy
{
    private readonly SanMatcher? _any, _none;
    private readonly SanMatcher[] _all;

    private NamePolicy(NameOptions options, List<string> errors)
    {
        _any = Compile(nameof(options.Any), options.Any, NameMatching.Grant, errors);
        _none = Compile(nameof(options.None), options.None, NameMatching.Deny, errors);
        Server = Compile(nameof(options.IdentifyServerBy), options.IdentifyServerBy, NameMatching.Grant, errors);
        Source = options.Source;
        _all = new SanMatcher[options.All.Count];
        for (int i = 0; i < _all.Length; i++)
        {
            int index = i;
            _all[i] = SanMatcher.Create(NameMatching.Grant, [options.All[i]], (_, error) => errors.Add($"Names:All:{index}: {error}"));
        }
    }

    /// <summary>Gets what a server must have in the place of the host that was dialled; null: that host.</summary>
    public SanMatcher? Server { get; }

    public SnapshotSource<SanMatcher>? Source { get; }

    /// <summary>Gets whether names decide who comes in.</summary>
    public bool IsAsked => _any is not null || _none is not null || Source is not null || _all.Length > 0;

    public static NamePolicy Compile(NameOptions options, DangerousOptions dangerous, List<string> errors)
    {
        foreach (string denied in options.None)
        {
            if (options.Any.Concat(options.All).Concat(options.IdentifyServerBy).Contains(denied, StringComparer.OrdinalIgnoreCase))
            {
                errors.Add($"Names:None: '{denied}' is asked for as well; a denied name is never accepted, so take it out of one of the lists.");
            }
        }

        if (options.IdentifyServerBy.Count > 0 && dangerous.AcceptAnyServerName)
        {
            errors.Add("Names:IdentifyServerBy: contradicts Dangerous:AcceptAnyServerName; leave the latter out.");
        }

        return new NamePolicy(options, errors);
    }

    /// <summary>Checks what is allowed, required and denied.</summary>
    public void CheckListed(ref Judgement judgement)
    {
        ParsedCertificate endEntity = judgement.EndEntity;
        if ((_any is not null || Source is not null) && !(_any is not null && _any.Matches(endEntity)) && !(Source is not null && Source.Current.Matches(endEntity)))
        {
            judgement.Add(ValidationReason.IdentityNotAllowed, 0, $"{Allowed()}; the certificate has {PresentedNames.Of(endEntity)}");
        }

        foreach (SanMatcher each in _all)
        {
            if (!each.Matches(endEntity))
            {
                judgement.Add(ValidationReason.IdentityIncomplete, 0, $"required: {each}; the certificate has {PresentedNames.Of(endEntity)}");
            }
        }

        if (_none is not null && _none.Matches(endEntity))
        {
            judgement.Add(
                ValidationReason.IdentityDenied, 0,
                _none.MatchesName(endEntity, out GeneralNameKind kind, out ReadOnlySpan<byte> name) ? GeneralNameText.Of(kind, name) : endEntity.Subject);
        }
    }

    /// <summary>Checks the name that was dialled, or what the policy puts in its place. RFC 9525.</summary>
    /// <remarks>A client dials us, so it has an expected name only where the caller gives one.</remarks>
    public void CheckExpected(ref Judgement judgement)
    {
        bool isServer = judgement.Role == PeerRole.Server;
        if (judgement.Expected is { } expected
            ? !expected.Matches(judgement.EndEntity)
            : isServer && Server is null && !judgement.Policy.AcceptAnyServerName)
        {
            string wanted = judgement.Expected is null ? "no name was given to compare with" : $"expected {judgement.Expected.Text}";
            judgement.Add(ValidationReason.NameMismatch, 0, $"{wanted}; the certificate has {PresentedNames.Of(judgement.EndEntity)}");
        }

        if (isServer && Server is not null && !Server.Matches(judgement.EndEntity))
        {
            judgement.Add(ValidationReason.NameMismatch, 0, $"expected {Server}; the certificate has {PresentedNames.Of(judgement.EndEntity)}");
        }
    }

    /// <summary>Writes what is asked, for people.</summary>
    public override string ToString() => string.Join("; ", ((string?[])[
        _any is null && Source is null ? null : Allowed(),
        _all.Length == 0 ? null : $"required: {string.Join(" and ", (object[])_all)}",
        _none is null ? null : $"denied: {_none}"]).Where(part => part is not null));

    private string Allowed()
    {
        string names = string.Join(", ", new[] { _any, Source?.Current }.Where(list => list is { Patterns.Length: > 0 }));
        return $"allowed: {(names.Length == 0 ? "nobody" : names)}";
    }

    private static SanMatcher? Compile(string option, IList<string> patterns, NameMatching matching, List<string> errors) =>
        patterns.Count == 0 ? null : SanMatcher.Create(matching, patterns, (index, error) => errors.Add($"Names:{option}:{index}: {error}"));
}

/// <summary>Writes the names of a certificate for a finding.</summary>
internal static class PresentedNames
{
    public static string Of(ParsedCertificate endEntity)
    {
        const int Shown = 5;
        List<string> names = [];
        int count = 0;
        for (SubjectAlternativeNames walk = new(endEntity); walk.MoveNext(); count++)
        {
            if (count < Shown)
            {
                names.Add(GeneralNameText.Of(walk.Kind, walk.Value));
            }
        }

        string presented = count == 0 ? "no subject alternative name" : string.Join(", ", names) + (count > Shown ? $" and {count - Shown} more" : "");
        return endEntity.SubjectName.Length > 2 ? $"{presented}; subject '{endEntity.Subject}'" : presented;
    }
}
