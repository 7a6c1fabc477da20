using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using MutualTls.AspNetCore.Features;
using MutualTls.AspNetCore.Tests.Support;
using MutualTls.Connections;
using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Pinning;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Sources;
using MutualTls.Testing;

namespace MutualTls.AspNetCore.Tests.Live;

/// <summary>Promise P6 and pitfall 17: whatever a verdict rests on goes, the connection of Kestrel that rested on it ends.</summary>
public sealed class LiveEventsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("live-").FullName;

    public static TheoryData<string, string> Versions => new(from version in (string[])["1.1", "2.0"] from kind in (string[])["revoked", "CRL file", "pin", "anchors", "expired"] select (version, kind));

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Idle_VerdictLost_IsClosed(string version, string kind)
    {
        TestCertificate? client = null;
        VerifiedPath? path = null;
        SnapshotSource<SpkiPinSet>? pins = null;
        await using LiveScene scene = await LiveScene.StartAsync(
            (scene, p) =>
            {
                switch (kind)
                {
                    case "revoked":
                        p.CheckRevocation(r => (r.Mode, r.Fetching) = (RevocationMode.SoftFail, RevocationFetching.Never));
                        break;
                    case "CRL file":
                        Crls(scene.Pki, revoked: null);
                        p.CheckRevocation(r => r.CrlFiles.Add(_folder));
                        break;
                    case "pin":
                        p.PinFrom(pins = Pins(scene.Pki.Client));
                        break;
                    case "anchors":
                        File.WriteAllText(Path.Combine(_folder, "anchors.pem"), scene.Pki.Root.ToPem());
                        p.Options.TrustAnchors.Clear();
                        p.TrustPem(Path.Combine(_folder, "anchors.pem"));
                        break;
                    default:
                        break;
                }
            },
            clock => TestPki.With(timeProvider: clock, client: c => c.Validity(c.Now.AddHours(-1), c.Now.AddHours(1)).WithCrlDistributionPoints("http://crl.test/a.crl")),
            use: web => web.Use((context, next) =>
            {
                path = context.Features.Get<IMutualTlsFeature>()!.Path;
                return next(context);
            }));
        client = scene.Pki.Client;
        await using Wire wire = await Wire.ConnectAsync(scene.App.Port, client, version);
        Assert.Contains("partners client.test", await wire.CallAsync());
        TaskCompletionSource<VerdictLostEventArgs> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        scene.Registry.VerdictLost += (_, lost) => told.TrySetResult(lost);

        switch (kind)
        {
            case "revoked":
                scene.App.Services.GetRequiredService<RevocationService>().Memory.FindOrAdd(path!, 0);
                Assert.True(scene.App.Services.GetRequiredService<RevocationService>().Add(scene.Pki.Issuing.IssueCrl(c => c.WithNumber(2).Revoke(client)).Der.Span));
                break;
            case "CRL file":
                Crls(scene.Pki, client);
                scene.Clock.Advance(FileWatch.Interval);
                break;
            case "pin":
                pins!.Change(Pins(scene.Pki.Server));
                break;
            case "anchors":
                File.WriteAllText(Path.Combine(_folder, "anchors.pem"), new TestPki().Root.ToPem());
                scene.Clock.Advance(FileWatch.Interval);
                break;
            default:
                // Within 30 seconds of the expiry.
                scene.Clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(30));
                break;
        }

        await LiveScene.Within(wire.EndAsync());
        await LiveScene.Within(told.Task);
        Assert.Equal(
            kind switch
            {
                "revoked" or "CRL file" => ValidationReason.CertificateRevoked,
                "pin" => ValidationReason.PinMismatch,
                "anchors" => ValidationReason.IssuerUnknown,
                _ => ValidationReason.NotAfterPassed,
            },
            (await told.Task).Verdict.Primary!.Value.Reason);
        await LiveScene.UntilAsync(() => scene.Registry.Count == 0);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static SpkiPinSet Pins(TestCertificate certificate) => new([PinOf(certificate)], PinTargets.EndEntity, backup: PinBackup.Waived);

    private static SpkiPin PinOf(TestCertificate certificate)
    {
        using X509Certificate2 parsed = certificate.ToX509Certificate2();
        return SpkiPin.Parse($"sha256/{Convert.ToBase64String(SHA256.HashData(parsed.PublicKey.ExportSubjectPublicKeyInfo()))}");
    }

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
