using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.Paths;
using MutualTls.Revocation;
using MutualTls.Trust;

namespace MutualTls.Policies;

/// <summary>Says what is demanded of a peer, step by step.</summary>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed partial class PeerPolicyBuilder
{
    private readonly IServiceProvider? _services;

    internal PeerPolicyBuilder(PeerPolicyOptions options, IServiceProvider? services)
    {
        Options = options;
        _services = services;
    }

    /// <summary>Gets the options that the methods below set.</summary>
    public PeerPolicyOptions Options { get; }

    /// <summary>Trusts the CA certificates in a file.</summary>
    /// <param name="path">PEM with one or more certificates, or one as DER. Read when the policy is compiled.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder TrustPem(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Options.TrustFiles.Add(path);
        return this;
    }

    /// <summary>Trusts the CA certificates in a PEM text.</summary>
    /// <param name="pem">One or more certificates.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">There is none, or one of them cannot be an anchor.</exception>
    public PeerPolicyBuilder TrustPemText(string pem)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(pem);
        foreach (TrustAnchor anchor in TrustAnchorReader.ReadPem(pem))
        {
            Options.TrustAnchors.Add(anchor);
        }

        return this;
    }

    /// <summary>Trusts a CA certificate.</summary>
    /// <param name="certificate">The certificate, self-signed or not.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">It is malformed, or an end-entity's.</exception>
    public PeerPolicyBuilder Trust(X509Certificate2 certificate) => Trust(TrustAnchor.FromCertificate(certificate));

    /// <summary>Trusts an anchor.</summary>
    /// <param name="anchor">The anchor.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder Trust(TrustAnchor anchor)
    {
        ArgumentNullException.ThrowIfNull(anchor);
        Options.TrustAnchors.Add(anchor);
        return this;
    }

    /// <summary>Trusts the root certificates of the operating system, beside any others.</summary>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder TrustSystemRoots()
    {
        Options.TrustSystemRoots = true;
        return this;
    }

    /// <summary>States that revocation is not checked.</summary>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder WithoutRevocation()
    {
        Options.Revocation.Mode = RevocationMode.Disabled;
        return this;
    }

    /// <summary>Checks revocation: a peer that is revoked is refused, and so is one of unknown status unless the mode is set to soft-fail.</summary>
    /// <param name="configure">Changes how; null for hard-fail and the defaults.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder CheckRevocation(Action<RevocationOptions>? configure = null)
    {
        Options.Revocation.Mode = RevocationMode.HardFail;
        configure?.Invoke(Options.Revocation);
        return this;
    }

    /// <summary>Lets in a client without a certificate as anonymous; a bad certificate is still refused.</summary>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder CertificateOptional()
    {
        Options.Certificate = PeerCertificateMode.Optional;
        return this;
    }

    /// <summary>Selects how much is asked of a path and of the end-entity.</summary>
    /// <param name="preset">The preset.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder UseRules(RulePreset preset)
    {
        Options.Rules = preset;
        return this;
    }

    /// <summary>Asks one more validator.</summary>
    /// <param name="validator">The validator; used by many connections at once.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder AddValidator(IPeerValidator validator)
    {
        ArgumentNullException.ThrowIfNull(validator);
        Options.Validators.Add(validator);
        return this;
    }

    /// <summary>Asks a delegate, as one more validator.</summary>
    /// <param name="name">The name that findings and logs show.</param>
    /// <param name="validate">Calls <see cref="PeerValidationContext.Refuse"/> if the peer may not connect; used by many connections at once.</param>
    /// <returns>This builder.</returns>
    public PeerPolicyBuilder AddValidator(string name, Func<PeerValidationContext, CancellationToken, ValueTask> validate)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(validate);
        return AddValidator(new DelegateValidator(name, validate));
    }

    /// <summary>Also asks the operating system, as the first validator: the peer's path must end at one of its trusted roots too.</summary>
    /// <returns>This builder.</returns>
    /// <remarks>Checks neither revocation nor names, which this library does, and downloads nothing.</remarks>
    public PeerPolicyBuilder AlsoAskOperatingSystem()
    {
        Options.AlsoAskOperatingSystem = true;
        return this;
    }

    /// <summary>Asks one more validator, from the services or made with them.</summary>
    /// <typeparam name="TValidator">Its type; one object serves the policy's whole life.</typeparam>
    /// <returns>This builder.</returns>
    /// <exception cref="InvalidOperationException">The policy is built without services.</exception>
    public PeerPolicyBuilder AddValidator<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TValidator>()
        where TValidator : class, IPeerValidator =>
        AddValidator(_services is null
            ? throw new InvalidOperationException("A validator by type needs services: use AddMutualTls, or pass the object.")
            : ActivatorUtilities.GetServiceOrCreateInstance<TValidator>(_services));
}
