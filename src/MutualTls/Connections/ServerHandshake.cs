using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Credentials;
using MutualTls.Policies;

namespace MutualTls.Connections;

/// <summary>Holds the serving side of one handshake, whoever runs it: what SslStream is told, the gate behind it, and what is learnt when it has ended.</summary>
/// <param name="options">Who we are and whom we accept.</param>
/// <param name="client">The address that the client connects from; null if it is not known.</param>
/// <param name="refusal">Where a refused client is turned away.</param>
/// <threadsafety>One connection's.</threadsafety>
internal sealed class ServerHandshake(MutualTlsServerOptions options, EndPoint? client, GateRefusal refusal = GateRefusal.InHandshake)
{
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    private PeerVerdict? _learnt;

    /// <summary>Gets what is presented on this connection.</summary>
    public LocalCredential Credential { get; } = options.Credential.Current;

    /// <summary>Gets the gate.</summary>
    public HandshakeGate Gate { get; } = new(options.Engine, options.Policy, PeerRole.Client, _ => null) { Refusal = refusal };

    /// <summary>Makes what SslStream is told. Renegotiation is off, so no certificate comes later than the gate.</summary>
    /// <param name="context">What is presented; null is the credential as it is.</param>
    public SslServerAuthenticationOptions TlsOptions(SslStreamCertificateContext? context = null)
    {
        DateTimeOffset now = options.Engine.TimeProvider.GetUtcNow();
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = context ?? Credential.StapleAt(now)?.Context ?? Credential.Context,
            ClientCertificateRequired = true,
            EnabledSslProtocols = Protocols,
            AllowRenegotiation = false,
            AllowTlsResume = ResumptionGuard.AllowsResumption(Credential, client, now),
            CertificateChainPolicy = HandshakeGate.PlatformPolicy,
            RemoteCertificateValidationCallback = Validate,
            ApplicationProtocols = options.ApplicationProtocols.Count == 0 ? null : [.. options.ApplicationProtocols],
        };
    }

    /// <summary>Learns from how the handshake ended; called before the client can know it, and at the end whether or not the gate was reached. The same verdict again tells nothing new.</summary>
    public void Learn()
    {
        if (Gate.Verdict is { } verdict && !ReferenceEquals(verdict, _learnt))
        {
            _learnt = verdict;
            ResumptionGuard.Learn(Credential, client, verdict, Gate.PresentedCount, options.Engine, options.Logger);
        }
    }

    // A client that TLS tells of its refusal may come again at once: it is to find that learnt.
    private bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        bool goesOn = Gate.Validate(sender, certificate, chain, errors);
        if (!goesOn)
        {
            Learn();
        }

        return goesOn;
    }
}
