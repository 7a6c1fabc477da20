using System.Security.Cryptography;
using MutualTls.Conformance.Cases;
using MutualTls.Testing;
using Spec = System.Action<MutualTls.Testing.TestCertificateSpec>;

namespace MutualTls.Conformance.Differential;

/// <summary>Makes chains that are almost right, by number: the same seed and number give the same chain but for the signatures.</summary>
/// <remarks>What is changed is changed before signing, so that a broken signature does not hide everything else.</remarks>
internal sealed class ChainMutator(int seed)
{
    public static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private const int MaxIntermediates = 2, MaxMutations = 3;

    private static readonly TestKey[] Keys = [.. Enumerable.Range(0, MaxIntermediates + 2).Select(KeyOf)];

    private static readonly byte[] Stranger = TestCertificateAuthority.CreateRoot("CA 1", c => c.WithKey(KeyOf(99)).WithSerial(9), new Clock()).Der.ToArray();

    /// <summary>Makes one chain; its id tells what was done to it.</summary>
    public ConformanceCase Make(int number) => MakeSound(number).Chain;

    /// <summary>Makes the same chain again with one or more of the things undone that were done to it, in every choice.</summary>
    public IEnumerable<ConformanceCase> MakeWithLess(int number)
    {
        (_, int attempt, int steps) = MakeSound(number);
        for (int undone = 1; undone < 1 << steps; undone++)
        {
            yield return Make(number, HashOf(seed, number, attempt), undone).Chain;
        }
    }

    private (ConformanceCase Chain, int Attempt, int Steps) MakeSound(int number)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                (ConformanceCase chain, int steps) = Make(number, HashOf(seed, number, attempt), undone: 0);
                return (chain, attempt, steps);
            }
            catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
            {
                // Two mutations that do not go together, such as to drop an extension and to double it.
            }
        }
    }

    private static (ConformanceCase Chain, int Steps) Make(int number, int hash, int undone)
    {
        Random random = new(hash);
        int anchorDepth = 1 + random.Next(MaxIntermediates + 1);
        (string baseline, Spec[] byDepth) = Baselines.Choose(random, anchorDepth);
        List<string> names = [$"{baseline}, anchor at {anchorDepth}"];
        int mutations = 1 + random.Next(MaxMutations);
        for (int step = 0; step < mutations; step++)
        {
            int depth = random.Next(anchorDepth + 1);
            (string name, Func<Random, Spec> make) = Mutations.All[random.Next(Mutations.All.Length)];

            // Each draws from its own numbers, so that one that is undone leaves the others as they are.
            Spec mutation = make(new Random(HashOf(hash, step, attempt: 0)));
            if ((undone & (1 << step)) == 0)
            {
                byDepth[depth] += mutation;
                names.Add($"{name} at {depth}");
            }
        }

        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot("Root", Numbered(anchorDepth) + byDepth[anchorDepth], new Clock()), issuer = root;
        List<ReadOnlyMemory<byte>> others = [];
        for (int depth = anchorDepth - 1; depth > 0; depth--)
        {
            issuer = issuer.IssueIntermediate($"CA {depth}", Numbered(depth) + byDepth[depth]);
            others.Insert(0, issuer.Der);
        }

        TestCertificate leaf = issuer.Issue(Numbered(0) + (c => c.WithSubject("leaf").WithSan(n => n.Dns("leaf.test"))) + byDepth[0]);
        bool isPresentedOtherwise = random.Next(5) == 0;
        if (isPresentedOtherwise && (undone & (1 << mutations)) == 0)
        {
            names.Add(Presentation(random, others, root.Der));
        }

        ConformanceCase chain = new()
        {
            Id = $"{number}: {string.Join(", ", names)}",
            Scope = "differential",
            Group = "differential",
            ExpectsAcceptance = false,
            EndEntity = leaf.Der,
            Others = others,
            Anchors = [root.Der],
            Time = Now,
        };
        return (chain, mutations + (isPresentedOtherwise ? 1 : 0));
    }

    private static string Presentation(Random random, List<ReadOnlyMemory<byte>> others, ReadOnlyMemory<byte> root)
    {
        switch (random.Next(5))
        {
            case 0 when others.Count > 0:
                others.RemoveAt(random.Next(others.Count));
                return "an intermediate missing";
            case 1:
                others.Reverse();
                return "reversed";
            case 2 when others.Count > 0:
                others.Add(others[0]);
                return "an intermediate twice";
            case 3:
                others.Insert(0, root);
                return "the root sent along";
            default:
                others.Insert(0, Stranger);
                return "a stranger of the same name sent along";
        }
    }

    private static Spec Numbered(int depth) => c => c.WithKey(Keys[depth]).WithSerial(0x40, (byte)depth);

    public static TestKey KeyOf(int number)
    {
        ECParameters parameters = new() { Curve = ECCurve.NamedCurves.nistP256, D = SHA256.HashData(BitConverter.GetBytes(number)) };
        return TestKey.From(ECDsa.Create(parameters));
    }

    private static int HashOf(int seed, int number, int attempt) => unchecked((((seed * 31) + number) * 1_000_003) + attempt);

    public sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}

/// <summary>The chains that mutations start from. All of them are right.</summary>
internal static class Baselines
{
    public const string Gold = "1.3.6.1.4.1.99999.1", Silver = "1.3.6.1.4.1.99999.2";

    private static readonly (string Name, Spec Ca, Spec Leaf)[] All =
    [
        ("plain", _ => { }, _ => { }),
        ("names", c => c.WithNameConstraints(n => n.Dns("test").Email("test").IpRange("10.0.0.0/8").Uri(".test")),
            c => c.WithSan(n => n.Dns("leaf.test").Ip("10.0.0.7").Email("leaf@test").Uri("spiffe://mesh.test/leaf"))),
        ("policies", c => c.WithPolicies(Gold).WithPolicyConstraints(0), c => c.WithPolicies(Gold)),
        ("mappings", c => c.WithPolicies(Gold).WithPolicyMappings((Gold, Gold)).WithInhibitAnyPolicy(1), c => c.WithPolicies(Gold)),
        ("lengths", c => c.WithBasicConstraints(isCa: true, pathLength: 2), _ => { }),
    ];

    public static (string Name, Spec[] ByDepth) Choose(Random random, int anchorDepth)
    {
        (string name, Spec ca, Spec leaf) = All[random.Next(All.Length)];
        Spec[] byDepth = new Spec[anchorDepth + 1];
        Array.Fill(byDepth, ca);
        byDepth[0] = leaf;
        byDepth[anchorDepth] = _ => { };
        return (name, byDepth);
    }
}
