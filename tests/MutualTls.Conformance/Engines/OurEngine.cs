using System.Net;
using MutualTls.Certificates;
using MutualTls.Conformance.Cases;
using MutualTls.Findings;
using MutualTls.Identities;
using MutualTls.Paths;
using MutualTls.Policies;
using MutualTls.Policies.Fitness;
using MutualTls.Revocation;
using MutualTls.Trust;

namespace MutualTls.Conformance.Engines;

/// <summary>Judges with MutualTls, through its public surface alone.</summary>
/// <remarks>Each case has an engine of its own, so that no case profits from what an earlier one taught.</remarks>
internal sealed class OurEngine(RulePreset preset) : IConformanceEngine
{
    public async ValueTask<CaseAnswer> JudgeAsync(ConformanceCase @case, CancellationToken cancellationToken)
    {
        List<TrustAnchor> anchors = [];
        string? anchorError = null;
        foreach (ReadOnlyMemory<byte> der in @case.Anchors)
        {
            try
            {
                anchors.Add(TrustAnchor.FromCertificate(der.Span));
            }
            catch (ArgumentException exception)
            {
                anchorError = exception.Message;
            }
        }

        if (anchors.Count == 0)
        {
            return CaseAnswer.Refused("TrustAnchorRefused", anchorError);
        }

        if (!TryReadNames(@case.Names, out List<ReferenceIdentity> names, out string? nameError))
        {
            return CaseAnswer.Refused("ReferenceIdentityRefused", nameError);
        }

        PeerPolicy policy;
        try
        {
            policy = PeerPolicy.Create("conformance", builder => Configure(builder, @case, anchors));
        }
        catch (MutualTlsConfigurationException exception)
        {
            // A CRL that cannot be read: the application does not start, so nobody is let in.
            return CaseAnswer.Refused("PolicyRefused", exception.Message);
        }

        PeerPolicyEngine engine = new(@case.Time is { } time ? new FixedTimeProvider(time) : TimeProvider.System);
        PresentedChain presented = new([@case.EndEntity, .. @case.Others]);
        PeerVerdict verdict = await engine.JudgeAsync(policy, @case.Role, presented, names.FirstOrDefault(), cancellationToken);
        return Answer(verdict, @case, names);
    }

    private void Configure(PeerPolicyBuilder builder, ConformanceCase @case, List<TrustAnchor> anchors)
    {
        foreach (TrustAnchor anchor in anchors)
        {
            builder.Trust(anchor);
        }

        builder.UseRules(preset);
        if (@case.ChecksRevocation)
        {
            builder.CheckRevocation(revocation =>
            {
                revocation.Preference = RevocationPreference.CrlOnly;
                foreach (ReadOnlyMemory<byte> crl in @case.Crls)
                {
                    revocation.Crls.Add(crl);
                }
            });
        }
        else
        {
            builder.WithoutRevocation();
        }

        PeerPolicyOptions options = builder.Options;
        if (preset == RulePreset.Strict)
        {
            // Strict is run for what RFC 5280 asks of CAs; that an end-entity names its purpose is asked for mutual TLS.
            options.Fitness.MissingExtendedKeyUsage = PresetOverride.Accept;
            options.Fitness.AnyExtendedKeyUsage = PresetOverride.Accept;
        }

        options.Dangerous.AcceptAnyServerName = @case.Names.Count == 0;
        options.MaxIntermediates = Math.Min(@case.MaxIntermediates ?? int.MaxValue, options.MaxIntermediates);
        options.CertificatePolicyRules = @case.Policies.Rules;
        foreach (string oid in @case.Policies.Initial.Where(oid => oid != PolicyInputs.AnyPolicy))
        {
            options.CertificatePolicies.Add(oid);
        }
    }

    private static CaseAnswer Answer(PeerVerdict verdict, ConformanceCase @case, List<ReferenceIdentity> names)
    {
        if (!verdict.IsAccepted)
        {
            // The engine turns an exception of its own into a refusal; here it counts as what it is.
            return verdict.Primary is { Reason: ValidationReason.InternalFault } fault
                ? throw new InvalidOperationException(fault.ToString())
                : CaseAnswer.Refused(verdict.Primary?.Reason.ToString() ?? "Refused", string.Join("; ", verdict.Findings));
        }

        VerifiedPath path = verdict.Path!;
        if (names.Find(name => !name.Matches(path)) is { } missing)
        {
            return CaseAnswer.Refused(nameof(ValidationReason.NameMismatch), $"expected {missing} too");
        }

        return path.EndEntity.KeyUsages is { } usages && (usages & @case.KeyUsages) != @case.KeyUsages
            ? CaseAnswer.Refused(nameof(ValidationReason.EndEntityKeyUsage), $"stated {usages}, wanted {@case.KeyUsages}")
            : new CaseAnswer(IsAccepted: true, Policies: path.CertificatePolicies);
    }

    private static bool TryReadNames(IReadOnlyList<ExpectedName> expected, out List<ReferenceIdentity> names, out string? error)
    {
        names = [];
        error = null;
        try
        {
            foreach (ExpectedName name in expected)
            {
                names.Add(name.Kind switch
                {
                    "DNS" => ReferenceIdentity.ForDnsName(name.Value),
                    "IP" => ReferenceIdentity.ForIpAddress(IPAddress.Parse(name.Value)),
                    "RFC822" => ReferenceIdentity.ForEmail(name.Value),
                    _ => throw new ArgumentException($"'{name.Kind}' is no kind of name known here."),
                });
            }
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            error = exception.Message;
        }

        return error is null;
    }

    private sealed class FixedTimeProvider(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
