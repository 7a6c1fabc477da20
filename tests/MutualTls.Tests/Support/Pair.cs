using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Identities;
using MutualTls.Policies;
using MutualTls.Testing;

namespace MutualTls.Tests.Support;

/// <summary>Sets up the two ends of a handshake from a test PKI.</summary>
internal static class Pair
{
    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly ConcurrentDictionary<TestKeyKind, TestKey[]> Keys = new();

    // Nothing is measured by it: a busy machine takes what it takes.
    private static readonly TimeSpan s_handshakes = TimeSpan.FromMinutes(1);

    /// <summary>Makes a PKI of one kind of key. The keys are made once: an RSA key takes a second.</summary>
    public static TestPki Pki(TestKeyKind kind, Action<TestCertificateSpec>? server = null)
    {
        TestKey[] keys = Keys.GetOrAdd(kind, k => [TestKey.Generate(k), TestKey.Generate(k), TestKey.Generate(k)]);
        return TestPki.With(
            root: c => c.WithKey(keys[0]),
            intermediate: c => c.WithKey(keys[1]),
            server: c =>
            {
                c.WithKey(keys[2]);
                server?.Invoke(c);
            },
            client: c => c.WithKey(keys[2]));
    }

    public static LocalCredential Credential(TestCertificate certificate) => certificate.ToCredential();

    public static PeerPolicy Trusting(TestCertificateAuthority root, Action<PeerPolicyBuilder>? configure = null) => PeerPolicy.Create("test", p =>
    {
        p.TrustPemText(root.ToPem()).WithoutRevocation();
        configure?.Invoke(p);
    });

    public static MutualTlsServerOptions Server(TestPki pki, PeerPolicy? policy = null, PeerPolicyEngine? engine = null) => new()
    {
        Credential = Credential(pki.Server),
        Policy = policy ?? Trusting(pki.Root),
        Engine = engine ?? new PeerPolicyEngine(),
        HandshakeTimeout = s_handshakes,
    };

    public static MutualTlsClientOptions Client(TestPki pki, TestCertificate? certificate = null, string host = "localhost", PeerPolicyEngine? engine = null) => new()
    {
        TargetHost = host,
        Credential = Credential(certificate ?? pki.Client),
        Policy = Trusting(pki.Root),
        Engine = engine ?? new PeerPolicyEngine(),
        HandshakeTimeout = s_handshakes,
    };

    public static MutualTlsListener Listen(MutualTlsServerOptions options) => new(new IPEndPoint(IPAddress.Loopback, 0), options);

    public static async Task<Stream> ConnectTcpAsync(IPEndPoint endPoint)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endPoint, Stop);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public static PeerVerdict JudgeClient(TestPki pki, TestCertificate? client = null, PeerPolicy? policy = null, TimeProvider? clock = null) =>
        new PeerPolicyEngine(clock).Judge(policy ?? Trusting(pki.Root), PeerRole.Client, Presented(client ?? pki.Client));

    public static PeerVerdict JudgeServer(TestPki pki, TestCertificate? server = null, string host = "localhost", PeerPolicy? policy = null) =>
        new PeerPolicyEngine().Judge(policy ?? Trusting(pki.Root), PeerRole.Server, Presented(server ?? pki.Server), ReferenceIdentity.ForHost(host));

    /// <summary>Gets the SHA-256 of a certificate's SubjectPublicKeyInfo in hexadecimal.</summary>
    public static string KeySha256(TestCertificate certificate)
    {
        using System.Security.Cryptography.X509Certificates.X509Certificate2 parsed = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(certificate.Der.Span);
        return Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(parsed.PublicKey.ExportSubjectPublicKeyInfo()));
    }

    public static PresentedChain Presented(TestCertificate certificate) => new(certificate.Chain.Prepend(certificate).Select(c => c.Der));
}
