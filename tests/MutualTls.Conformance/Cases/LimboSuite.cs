using System.Security.Cryptography;
using MutualTls.Certificates;
using MutualTls.Policies;

namespace MutualTls.Conformance.Cases;

/// <summary>Reads suites in the form of x509-limbo.</summary>
internal static class LimboSuite
{
    /// <summary>The scope of cases that no scope file names.</summary>
    public const string AllScope = "all";

    /// <summary>Reads files of cases, and files that map ids to scopes.</summary>
    /// <exception cref="SuiteFileException">A file cannot be read, or holds something else.</exception>
    public static async Task<List<ConformanceCase>> ReadAsync(IEnumerable<string> files, IEnumerable<string> scopeFiles, CancellationToken cancellationToken)
    {
        Dictionary<string, string> scopes = [];
        foreach (string path in scopeFiles)
        {
            foreach ((string id, ScopeEntry entry) in await JsonFile.ReadAsync<Dictionary<string, ScopeEntry>>(path, "a map of ids to scopes", cancellationToken))
            {
                scopes[id] = entry.Scope;
            }
        }

        List<ConformanceCase> cases = [];
        foreach (string path in files)
        {
            Document document = await JsonFile.ReadAsync<Document>(path, "a file of x509-limbo test cases", cancellationToken);
            if (document.Testcases.Count == 0)
            {
                throw new SuiteFileException(path, "holds no test case.");
            }

            if (document.Testcases.Find(t => t.ExpectedResult is not ("SUCCESS" or "FAILURE")) is { } odd)
            {
                throw new SuiteFileException(path, $"expects '{odd.ExpectedResult}' of '{odd.Id}', which is neither SUCCESS nor FAILURE.");
            }

            cases.AddRange(document.Testcases.Select(t => Convert(t, scopes.GetValueOrDefault(t.Id, AllScope))));
        }

        return cases;
    }

    private static ConformanceCase Convert(Testcase from, string scope)
    {
        bool isServer = from.ValidationKind == "SERVER";
        List<PeerName> names = [.. from.ExpectedPeerNames ?? []];
        if (from.ExpectedPeerName is not null)
        {
            names.Add(from.ExpectedPeerName);
        }

        return new ConformanceCase
        {
            Id = from.Id,
            Scope = scope,
            Group = GroupOf(from.Id),
            ExpectsAcceptance = from.ExpectedResult == "SUCCESS",
            EndEntity = Der(from.PeerCertificate),
            Others = [.. (from.UntrustedIntermediates ?? []).Select(Der)],
            Anchors = [.. from.TrustedCerts.Select(Der)],
            Time = from.ValidationTime,
            Role = RoleOf(from, isServer ? PeerRole.Server : PeerRole.Client),
            Names = [.. names.Select(n => new ExpectedName(n.Kind, n.Value))],
            KeyUsages = (from.KeyUsage ?? []).Aggregate(KeyUsages.None, (all, one) => all | KeyUsageOf(one)),
            MaxIntermediates = from.MaxChainDepth,
            ChecksRevocation = from.Crls is { Count: > 0 },
            Crls = [.. (from.Crls ?? []).Select(Der)],
            Features = from.Features ?? [],
        };
    }

    // What stands before the name of the case: rfc5280::nc::permitted-dns-match is of rfc5280::nc.
    private static string GroupOf(string id) => id.LastIndexOf("::", StringComparison.Ordinal) is > 0 and var end ? id[..end] : id;

    // A case may name the purpose; then that counts, whatever the kind of validation implies.
    private static PeerRole RoleOf(Testcase from, PeerRole implied) => from.ExtendedKeyUsage switch
    {
        ["serverAuth"] => PeerRole.Server,
        ["clientAuth"] => PeerRole.Client,
        _ => implied,
    };

    private static KeyUsages KeyUsageOf(string name) => name switch
    {
        "digitalSignature" => KeyUsages.DigitalSignature,
        "contentCommitment" => KeyUsages.NonRepudiation,
        "keyEncipherment" => KeyUsages.KeyEncipherment,
        "dataEncipherment" => KeyUsages.DataEncipherment,
        "keyAgreement" => KeyUsages.KeyAgreement,
        "keyCertSign" => KeyUsages.KeyCertSign,
        "cRLSign" => KeyUsages.CrlSign,
        "encipherOnly" => KeyUsages.EncipherOnly,
        "decipherOnly" => KeyUsages.DecipherOnly,
        _ => KeyUsages.None,
    };

    // What is no PEM becomes nothing at all: not well-formed either, and the engine under test has to say so.
    private static ReadOnlyMemory<byte> Der(string pem)
    {
        if (!PemEncoding.TryFind(pem, out PemFields fields))
        {
            return default;
        }

        byte[] der = new byte[fields.DecodedDataLength];
        return System.Convert.TryFromBase64Chars(pem.AsSpan()[fields.Base64Data], der, out int length) ? der.AsMemory(0, length) : default;
    }

    private sealed record Document(List<Testcase> Testcases);

    // What the schema demands and a judgement needs; the rest may be absent.
    private sealed record Testcase(
        string Id,
        string ValidationKind,
        List<string> TrustedCerts,
        string PeerCertificate,
        string ExpectedResult,
        List<string>? UntrustedIntermediates = null,
        DateTimeOffset? ValidationTime = null,
        List<string>? KeyUsage = null,
        List<string>? ExtendedKeyUsage = null,
        PeerName? ExpectedPeerName = null,
        List<PeerName>? ExpectedPeerNames = null,
        int? MaxChainDepth = null,
        List<string>? Crls = null,
        List<string>? Features = null);

    private sealed record PeerName(string Kind, string Value);

    private sealed record ScopeEntry(string Scope);
}
