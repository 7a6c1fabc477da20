using System.Security.Cryptography.X509Certificates;
using MutualTls.Certificates;
using MutualTls.Pinning;
using MutualTls.Policies.Fitness;
using MutualTls.Policies.Lists;
using MutualTls.Policies.Pins;
using MutualTls.Sources;

namespace MutualTls.Policies;

/// <content>Which keys, which single certificates, and which kinds of certificate.</content>
public sealed partial class PeerPolicyBuilder
{
    /// <summary>Demands that the verified path has one of these keys, beside being trusted.</summary>
    /// <param name="pins">Two at least, one of a key kept in reserve: <c>sha256/...</c>.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder Pin(params IEnumerable<string> pins)
    {
        AddAll(Options.Pins.Pins, "", pins);
        return this;
    }

    /// <summary>Demands that the verified path has one of these keys, and says more about it.</summary>
    /// <param name="configure">Sets the pins, their targets, expiry and mode.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder Pin(Action<PinOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(Options.Pins);
        return this;
    }

    /// <summary>Demands that the verified path has one of the keys that a source has at that moment.</summary>
    /// <param name="source">The source; a change counts for the next judgement.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder PinFrom(SnapshotSource<SpkiPinSet> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        Options.Pins.Source = source;
        return this;
    }

    /// <summary>Trusts exactly this certificate as itself, self-signed or not, whoever issued it.</summary>
    /// <param name="certificate">The certificate; it may be disposed afterwards.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder AllowCertificate(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return AllowCertificate(Sha256Value.Of(certificate.RawDataMemory.Span).ToString());
    }

    /// <summary>Trusts exactly this certificate as itself, self-signed or not, whoever issued it.</summary>
    /// <param name="sha256Fingerprint">The 64 hexadecimal digits of its SHA-256, colons allowed.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder AllowCertificate(string sha256Fingerprint)
    {
        Options.Lists.AllowedCertificates.Add(sha256Fingerprint);
        return this;
    }

    /// <summary>Trusts the certificates in a file as themselves.</summary>
    /// <param name="path">PEM with one or more, or one as DER. Read when the policy is compiled.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder AllowCertificatePem(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Options.Lists.AllowedCertificateFiles.Add(path);
        return this;
    }

    /// <summary>Refuses paths with one of these certificates or keys.</summary>
    /// <param name="entries">Entries of a <see cref="CertificateDenyList"/>.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder DenyCertificate(params IEnumerable<string> entries)
    {
        AddAll(Options.Lists.Denied, "", entries);
        return this;
    }

    /// <summary>Refuses paths with a certificate or key that is on the list that a source has at that moment.</summary>
    /// <param name="source">The source; a change counts for the next judgement.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder DenyFrom(SnapshotSource<CertificateDenyList> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        Options.Lists.DenySource = source;
        return this;
    }

    /// <summary>Lets in only what one of these CAs has issued, directly.</summary>
    /// <param name="issuers">A CA's whole subject (<c>CN=Devices CA,O=Acme</c>) or its key as a pin (<c>sha256/...</c>).</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder AllowIssuer(params IEnumerable<string> issuers)
    {
        AddAll(Options.Fitness.Issuers, "", issuers);
        return this;
    }

    /// <summary>Closes open connections whose peer would no longer be let in; without it, within 5 seconds.</summary>
    /// <param name="drainTimeout">How long what is under way on them may take to end, from 0 to 1 hour.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder CloseLiveConnections(TimeSpan drainTimeout)
    {
        (Options.Live.Mode, Options.Live.DrainTimeout) = (LiveConnectionMode.Close, drainTimeout);
        return this;
    }

    /// <summary>Leaves connections open whose peer would no longer be let in, and only tells of them.</summary>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder ReportLiveConnections()
    {
        Options.Live.Mode = LiveConnectionMode.Report;
        return this;
    }

    /// <summary>Says which certificates are fit for the purpose.</summary>
    /// <param name="configure">Sets algorithms, life, usages, extensions.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder Fitness(Action<FitnessOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(Options.Fitness);
        return this;
    }
}
