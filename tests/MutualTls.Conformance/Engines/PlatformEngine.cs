using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Certificates;
using MutualTls.Conformance.Cases;
using MutualTls.Policies;

namespace MutualTls.Conformance.Engines;

/// <summary>Judges with <see cref="X509Chain"/>, as its users would: custom roots, no downloads, the name by <see cref="X509Certificate2.MatchesHostname"/>.</summary>
/// <remarks>It cannot be given CRLs in memory, so revocation is not checked.</remarks>
internal sealed class PlatformEngine : IConformanceEngine
{
    private const string ServerAuth = "1.3.6.1.5.5.7.3.1", ClientAuth = "1.3.6.1.5.5.7.3.2";

    public ValueTask<CaseAnswer> JudgeAsync(ConformanceCase @case, CancellationToken cancellationToken) => new(Judge(@case));

    private static CaseAnswer Judge(ConformanceCase @case)
    {
        X509Certificate2Collection loaded = [];
        try
        {
            if (!TryLoad(@case.EndEntity, loaded))
            {
                return CaseAnswer.Refused("CertificateMalformed");
            }

            X509Certificate2 endEntity = loaded[0];
            using X509Chain chain = new();
            Configure(chain.ChainPolicy, @case, loaded);
            if (!chain.Build(endEntity))
            {
                X509ChainStatusFlags status = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
                return CaseAnswer.Refused(status.ToString(), string.Join("; ", chain.ChainStatus.Select(s => s.StatusInformation.Trim())));
            }

            return
                Intermediates(chain) > @case.MaxIntermediates ? CaseAnswer.Refused("PathLengthExceeded")
                : !@case.Names.All(name => Matches(endEntity, name)) ? CaseAnswer.Refused("NameMismatch")
                : !Allows(endEntity, @case.KeyUsages) ? CaseAnswer.Refused("KeyUsage")
                : new CaseAnswer(IsAccepted: true);
        }
        finally
        {
            foreach (X509Certificate2 certificate in loaded)
            {
                certificate.Dispose();
            }
        }
    }

    private static void Configure(X509ChainPolicy policy, ConformanceCase @case, X509Certificate2Collection loaded)
    {
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.DisableCertificateDownloads = true;
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.VerificationTimeIgnored = @case.Time is null;
        if (@case.Time is { } time)
        {
            policy.VerificationTime = time.UtcDateTime;
        }

        if (@case.ChecksPurpose)
        {
            policy.ApplicationPolicy.Add(new Oid(@case.Role == PeerRole.Server ? ServerAuth : ClientAuth));
        }

        foreach (string oid in @case.Policies.Initial.Where(oid => oid != PolicyInputs.AnyPolicy))
        {
            policy.CertificatePolicy.Add(new Oid(oid));
        }

        AddTo(policy.CustomTrustStore, @case.Anchors, loaded);
        AddTo(policy.ExtraStore, @case.Others, loaded);
    }

    // What cannot be loaded is left out: so do SslStream and a user who reads a folder of roots.
    private static void AddTo(X509Certificate2Collection store, IReadOnlyList<ReadOnlyMemory<byte>> ders, X509Certificate2Collection loaded)
    {
        foreach (ReadOnlyMemory<byte> der in ders)
        {
            if (TryLoad(der, loaded))
            {
                store.Add(loaded[^1]);
            }
        }
    }

    private static bool TryLoad(ReadOnlyMemory<byte> der, X509Certificate2Collection loaded)
    {
        try
        {
            loaded.Add(X509CertificateLoader.LoadCertificate(der.Span));
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    // Self-issued ones do not count. RFC 5280 section 6.1.4 (l).
    private static int Intermediates(X509Chain chain) => chain.ChainElements
        .Skip(1).SkipLast(1).Select(e => e.Certificate).Count(c => !c.SubjectName.RawData.AsSpan().SequenceEqual(c.IssuerName.RawData));

    private static bool Matches(X509Certificate2 certificate, ExpectedName name) =>
        name.Kind == "RFC822"
            ? string.Equals(certificate.GetNameInfo(X509NameType.EmailName, forIssuer: false), name.Value, StringComparison.Ordinal)
            : certificate.MatchesHostname(name.Value, allowWildcards: true, allowCommonName: false);

    private static bool Allows(X509Certificate2 certificate, KeyUsages wanted) =>
        !wanted.HasFlag(KeyUsages.DigitalSignature)
        || certificate.Extensions.OfType<X509KeyUsageExtension>().All(e => e.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature));
}
