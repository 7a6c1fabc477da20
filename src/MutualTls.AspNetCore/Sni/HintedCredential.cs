using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Policies;
using MutualTls.Trust;

namespace MutualTls.AspNetCore.Sni;

/// <summary>Presents a credential together with the names of the authorities that a policy trusts; made anew when either changes, or the OCSP answer that goes with it.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class HintedCredential(MutualTlsServerOptions server)
{
    // The list travels in one message of every full handshake; the system roots of a Linux make about 15 KB.
    private const int MaxNameOctets = 16 << 10;

    private Made? _made;

    public SslStreamCertificateContext? ContextOf(LocalCredential credential)
    {
        PeerPolicy policy = server.Policy.Current;
        OcspStaple? staple = credential.StapleAt(server.Engine.TimeProvider.GetUtcNow());
        Made? made = Volatile.Read(ref _made);
        if (made is null || made.Credential != credential || made.Policy != policy || !ReferenceEquals(made.Staple, staple))
        {
            made = new Made(credential, policy, staple, Make(credential, policy, staple));
            Volatile.Write(ref _made, made);
        }

        return made.Context;
    }

    private static SslStreamCertificateContext? Make(LocalCredential credential, PeerPolicy policy, OcspStaple? staple)
    {
        X509Certificate2Collection authorities = [];
        int octets = 0;
        foreach (TrustAnchor anchor in policy.Anchors)
        {
            if (anchor.Certificate is { } certificate)
            {
                X509Certificate2 authority = X509CertificateLoader.LoadCertificate(certificate.Bytes);
                authorities.Add(authority);
                octets += authority.SubjectName.RawData.Length + 2;
            }
        }

        // The trust is sent and decides nothing: HandshakeGate.PlatformPolicy takes its place in SslStream's own chain building.
        if (authorities.Count == 0 || octets > MaxNameOctets)
        {
            return null;
        }

        SslStreamCertificateContext context = SslStreamCertificateContext.Create(
            credential.Certificate, credential.Intermediates, offline: true, SslCertificateTrust.CreateForX509Collection(authorities, sendTrustInHandshake: true));
        if (staple is not null)
        {
            PlatformStaple.TryAttach(context, staple.Answer);
        }
        else if (credential.Stapling.Status != StaplingStatus.Off)
        {
            PlatformStaple.TryPrepare(context);
        }

        return context;
    }

    private sealed record Made(LocalCredential Credential, PeerPolicy Policy, OcspStaple? Staple, SslStreamCertificateContext? Context);
}
