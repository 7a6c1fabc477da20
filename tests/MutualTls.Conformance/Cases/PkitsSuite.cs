using MutualTls.Policies;

namespace MutualTls.Conformance.Cases;

/// <summary>Reads NIST PKITS: a table beside folders of certificates and CRLs.</summary>
internal static class PkitsSuite
{
    /// <summary>Reads the table and every file it names.</summary>
    /// <exception cref="SuiteFileException">A file cannot be read, or holds something else.</exception>
    public static async Task<List<ConformanceCase>> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        Document document = await JsonFile.ReadAsync<Document>(Path.Combine(folder, "pkits.json"), "a table of PKITS test cases", cancellationToken);
        Dictionary<string, ReadOnlyMemory<byte>> files = [];
        return [.. document.Testcases.Select(Convert)];

        ConformanceCase Convert(Testcase from) => new()
        {
            Id = from.Id,
            Scope = LimboSuite.AllScope,
            Group = $"{from.Section} {from.SectionName}",
            ExpectsAcceptance = from.ExpectedResult == "SUCCESS",
            EndEntity = Certificate(from.Target),
            Others = [.. from.Intermediates.Select(Certificate)],
            Anchors = [Certificate(from.TrustAnchor)],
            Time = from.ValidationTime,
            ChecksPurpose = false,
            ChecksRevocation = true,
            Crls = [.. from.Crls.Select(name => Read("crls", name))],
            Policies = new PolicyInputs(
                from.InitialPolicySet,
                (from.InitialExplicitPolicy ? CertificatePolicyRules.RequireExplicitPolicy : 0)
                | (from.InitialPolicyMappingInhibit ? CertificatePolicyRules.InhibitPolicyMapping : 0)
                | (from.InitialInhibitAnyPolicy ? CertificatePolicyRules.InhibitAnyPolicy : 0)),
            ExpectedPolicies = from.ExpectedUserConstrainedPolicySet,
            Features = from.Features ?? [],
        };

        ReadOnlyMemory<byte> Certificate(string name) => Read("certs", name);

        ReadOnlyMemory<byte> Read(string kind, string name)
        {
            string path = Path.Combine(folder, kind, name);
            if (files.TryGetValue(path, out ReadOnlyMemory<byte> content))
            {
                return content;
            }

            try
            {
                return files[path] = File.ReadAllBytes(path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new SuiteFileException(path, $"cannot be read: {exception.Message}", exception);
            }
        }
    }

    private sealed record Document(List<Testcase> Testcases);

    private sealed record Testcase(
        string Id,
        string Section,
        string SectionName,
        string TrustAnchor,
        List<string> Intermediates,
        string Target,
        List<string> Crls,
        DateTimeOffset ValidationTime,
        List<string> InitialPolicySet,
        bool InitialExplicitPolicy,
        bool InitialPolicyMappingInhibit,
        bool InitialInhibitAnyPolicy,
        string ExpectedResult,
        List<string> ExpectedUserConstrainedPolicySet,
        List<string>? Features = null);
}
