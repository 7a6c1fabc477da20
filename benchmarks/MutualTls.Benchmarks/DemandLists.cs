using System.Security.Cryptography;
using MutualTls.Paths;
using MutualTls.Pinning;

namespace MutualTls.Benchmarks;

/// <summary>Makes names, pins and denied certificates in any number, and verified paths of peers that the first of them are about.</summary>
internal static class DemandLists
{
    public static VerifiedPath[] Paths(Scene scene, int count) => [.. Enumerable.Range(0, count).Select(i => scene.Judge(scene.Presented(scene.Pki.Issuing.IssueClient(
        $"peer-{i}.test", c => c.WithSan(n => n.Dns($"peer-{i}.test").Uri($"spiffe://peers.test/ns/default/peer-{i}"))).Der)).Path!)];

    public static IEnumerable<string> Names(int count) => Enumerable.Range(0, count).Select(i => (i % 2, i % 10) switch
    {
        (0, _) => $"dns:peer-{i}.test",
        (_, 9) when i > 10 => $"uri:spiffe://peers.test/ns/*/peer-{i}",
        _ => $"uri:spiffe://peers.test/ns/default/peer-{i}",
    });

    public static IEnumerable<SpkiPin> Pins(VerifiedPath[] paths, int count) =>
        paths.Select(path => SpkiPin.Of(path.EndEntity)).Concat(Enumerable.Range(paths.Length, count - paths.Length).Select(_ => SpkiPin.OfKey(RandomNumberGenerator.GetBytes(91))));

    public static IEnumerable<string> Denied(VerifiedPath path, int count) => Enumerable.Range(0, count).Select(i => (i % 3) switch
    {
        0 => "certificate:" + Convert.ToHexString(RandomNumberGenerator.GetBytes(32)),
        1 => "key:sha256/" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        _ => $"serial:{Convert.ToHexString(RandomNumberGenerator.GetBytes(16))}@{path.EndEntity.Issuer}",
    });
}
