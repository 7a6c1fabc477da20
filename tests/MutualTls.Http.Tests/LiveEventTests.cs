using System.Security.Cryptography.X509Certificates;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Findings;
using MutualTls.Pinning;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Http;

/// <summary>Promise P6 and pitfall 17: whatever the verdict on a server rests on goes, the pooled connection that rested on it ends.</summary>
public sealed class LiveEventTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("live-").FullName;

    public static TheoryData<string, string> Kinds => new(from http in (string[])["1.1", "2.0"] from kind in (string[])["revoked", "CRL file", "pin", "policy", "expired"] select (http, kind));

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Idle_VerdictLost_IsClosed(string http, string kind)
    {
        SnapshotSource<SpkiPinSet>? pins = null;
        await using LiveServer server = await LiveServer.StartAsync(c => c.Validity(c.Now.AddHours(-1), c.Now.AddHours(1)).WithCrlDistributionPoints("http://127.0.0.1:1/a.crl"));
        SnapshotSource<PeerPolicy> policy = server.Policy(p =>
        {
            switch (kind)
            {
                case "revoked":
                    p.CheckRevocation(r => r.Mode = RevocationMode.SoftFail);
                    break;
                case "CRL file":
                    Crls(server.Pki, revoked: null);
                    p.CheckRevocation(r => r.CrlFiles.Add(_folder));
                    break;
                case "pin":
                    p.PinFrom(pins = PinOf(server.Pki.Server));
                    break;
                default:
                    break;
            }
        });
        using HttpClient client = server.Client(http, policy);
        await client.GetStringAsync(server.Peer.Uri, Pair.Stop);
        Assert.Equal((1, 1), (server.Registry.Count, server.Peer.Open));

        switch (kind)
        {
            case "revoked":
                Assert.True(server.Engine.Revocation.Add(server.Pki.Issuing.IssueCrl(c => c.Revoke(server.Pki.Server)).Der.Span));
                break;
            case "CRL file":
                Crls(server.Pki, server.Pki.Server);
                server.Clock.Advance(TimeSpan.FromSeconds(5));
                break;
            case "pin":
                pins!.Change(PinOf(server.Pki.Client));
                break;
            case "policy":
                policy.Change(Pair.Trusting(new TestPki().Root));
                break;
            default:
                // Within 30 seconds of the expiry.
                server.Clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(30));
                break;
        }

        await Patience.UntilAsync(() => server.Peer.Open == 0 && server.Registry.Count == 0);
        Assert.Equal(
            kind switch
            {
                "revoked" or "CRL file" => ValidationReason.CertificateRevoked,
                "pin" => ValidationReason.PinMismatch,
                "policy" => ValidationReason.IssuerUnknown,
                _ => ValidationReason.NotAfterPassed,
            },
            (await LiveServer.Within(server.Told.Task)).Verdict.Primary!.Value.Reason);
    }

    // A server that presents a new certificate on its next connection, and whose old one is denied: nothing is lost, over either version.
    [Theory]
    [InlineData("1.1", false)]
    [InlineData("1.1", true)]
    [InlineData("2.0", false)]
    [InlineData("2.0", true)]
    public async Task Renewed_OldCertificateDeniedUnderLoad_NoRequestFails(string http, bool posts)
    {
        X509Certificate2? current = null;
        await using LiveServer server = await LiveServer.StartAsync(configure: https => https.ServerCertificateSelector = (_, _) => Volatile.Read(ref current));
        LocalCredential[] certificates = [.. Enumerable.Range(0, 20).Select(_ => Pair.Credential(server.Pki.Root.IssueServer("localhost")))];

        // Kestrel reads it on several threads at once, which it does not stand the first time.
        Assert.All(certificates, c => Assert.NotEmpty(c.Certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages));
        current = certificates[0].Certificate;
        using HttpClient client = server.Client(http);
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(Pair.Stop);
        int answered = 0;
        Task[] workers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(
            async () =>
            {
                while (!enough.IsCancellationRequested)
                {
                    using StringContent content = new("some words");
                    using HttpResponseMessage response = posts ? await client.PostAsync(server.Peer.Uri, content, Pair.Stop) : await client.GetAsync(server.Peer.Uri, Pair.Stop);
                    response.EnsureSuccessStatusCode();
                    Interlocked.Increment(ref answered);
                }
            },
            Pair.Stop))];
        int connections = 0;
        for (int i = 1; i < certificates.Length; i++)
        {
            // Nobody is denied while it is still dialled.
            await Patience.UntilAsync(() => server.Peer.Connections > connections || Array.Exists(workers, worker => worker.IsCompleted));
            int before = Volatile.Read(ref answered);
            await Patience.UntilAsync(() => Volatile.Read(ref answered) > before + 20 || Array.Exists(workers, worker => worker.IsCompleted));
            connections = server.Peer.Connections;
            Volatile.Write(ref current, certificates[i].Certificate);
            server.Denied.Change(Policies.Lists.CertificateDenyList.Parse(certificates[..i].Select(c => $"certificate:{c.Certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256)}")));
        }

        enough.Cancel();
        await Task.WhenAll(workers);
        await Patience.UntilAsync(() => server.Registry.Count <= 4);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static SpkiPinSet PinOf(TestCertificate certificate) => new([SpkiPin.Parse(Pair.KeySha256(certificate))], PinTargets.EndEntity, backup: PinBackup.Waived);

    private void Crls(TestPki pki, TestCertificate? revoked)
    {
        File.WriteAllBytes(Path.Combine(_folder, "root.crl"), pki.Root.IssueCrl().Der.ToArray());
        File.WriteAllBytes(
            Path.Combine(_folder, "issuing.crl"),
            pki.Issuing.IssueCrl(c =>
            {
                c.WithNumber(revoked is null ? 1 : 2);
                if (revoked is not null)
                {
                    c.Revoke(revoked);
                }
            }).Der.ToArray());
    }
}
