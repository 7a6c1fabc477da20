using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Credentials;
using MutualTls.Policies;
using MutualTls.Revocation;

namespace MutualTls.Connections.Rehearsals;

/// <summary>A root, an issuing CA, the certificate of both ends and a CRL, for two hours and one process: their one key is made here and dropped.</summary>
/// <threadsafety>Not for more than one thread.</threadsafety>
internal sealed class RehearsalPki : IDisposable
{
    /// <summary>The issuing CA's name, which no other has.</summary>
    public const string IssuingName = "CN=MutualTls Rehearsal Issuing";

    private const string ClientAuth = "1.3.6.1.5.5.7.3.2";

    private static readonly HashAlgorithmName Hash = HashAlgorithmName.SHA256;

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly DateTimeOffset _from, _until;
    private X509Certificate2? _root, _issuing;
    private LocalCredential? _credential;
    private byte[]? _crl;

    private RehearsalPki(DateTimeOffset now) => (_from, _until) = (now.AddHours(-1), now.AddHours(1));

    /// <summary>Gets what both ends present.</summary>
    public LocalCredential Credential => _credential!;

    /// <summary>Makes it.</summary>
    /// <param name="now">The time.</param>
    /// <param name="stop">Gives up between two certificates.</param>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static RehearsalPki Make(DateTimeOffset now, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        RehearsalPki pki = new(now);
        try
        {
            foreach (Action step in (ReadOnlySpan<Action>)[pki.MakeRoot, pki.MakeIssuing, pki.MakePeer, pki.MakeCrl])
            {
                step();
                stop.ThrowIfCancellationRequested();
            }

            return pki;
        }
        catch
        {
            pki.Dispose();
            throw;
        }
    }

    /// <summary>Demands of the peer what most policies do: a name, a pin, not to be denied or revoked.</summary>
    public void Demand(PeerPolicyBuilder policy) => policy
        .Trust(_root!)
        .AllowDns("*.rehearsal.test")
        .Pin(Pin(SHA256.HashData(_key.ExportSubjectPublicKeyInfo())), Pin(new byte[SHA256.HashSizeInBytes]))
        .DenyCertificate("certificate:" + Convert.ToHexString(new byte[SHA256.HashSizeInBytes]))
        .CheckRevocation(r =>
        {
            (r.Depth, r.Fetching) = (RevocationDepth.EndEntity, RevocationFetching.Never);
            r.Crls.Add(_crl!);
        });

    public void Dispose()
    {
        _credential?.Certificate.Dispose();
        _issuing?.Dispose();
        _root?.Dispose();
        _key.Dispose();
    }

    private static string Pin(byte[] hash) => "sha256/" + Convert.ToBase64String(hash);

    private void MakeRoot() => _root = Request("CN=Root", issuer: null).CreateSelfSigned(_from, _until);

    private void MakeIssuing()
    {
        using X509Certificate2 issuing = Request(IssuingName, _root).Create(_root!, _from, _until, [2]);
        _issuing = issuing.CopyWithPrivateKey(_key);
    }

    private void MakePeer()
    {
        CertificateRequest peer = Request("CN=Peer", _issuing, X509KeyUsageFlags.DigitalSignature);
        peer.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ClientAuth)], critical: false));
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("peer.rehearsal.test");
        peer.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = peer.Create(_issuing!, _from, _until, [3]);
        _credential = LocalCredential.FromCertificate(certificate.CopyWithPrivateKey(_key), [_issuing!]);
    }

    private void MakeCrl()
    {
        CertificateRevocationListBuilder revoked = new();
        revoked.AddEntry([4]);
        _crl = revoked.Build(_issuing!, crlNumber: 1, _until, Hash, thisUpdate: _from);
    }

    private CertificateRequest Request(string subject, X509Certificate2? issuer, X509KeyUsageFlags usage = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign)
    {
        CertificateRequest request = new(subject, _key, Hash);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(usage != X509KeyUsageFlags.DigitalSignature, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, critical: true));
        X509SubjectKeyIdentifierExtension own = new(request.PublicKey, critical: false);
        request.CertificateExtensions.Add(own);
        request.CertificateExtensions.Add(issuer is null
            ? X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(own)
            : X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        return request;
    }
}
