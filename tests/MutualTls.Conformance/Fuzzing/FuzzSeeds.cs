using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Conformance.Cases;
using MutualTls.Conformance.Differential;
using MutualTls.Testing;
using MutualTls.Trust;

namespace MutualTls.Conformance.Fuzzing;

/// <summary>Makes what mutation starts from: chains, CRLs and answers of our own, whose keys are known, and the suites' where they are there.</summary>
internal static class FuzzSeeds
{
    public static readonly DateTimeOffset Now = ChainMutator.Now;

    /// <summary>Longer values are not mutated on: they would take all the time.</summary>
    public const int MaxSeedLength = 1 << 14;

    private const int OwnChains = 80;

    /// <summary>Makes one certificate seed for each certificate of the chains, and one for each further file.</summary>
    public static List<FuzzSeed> Certificates(IReadOnlyList<FuzzSeed> chains, IEnumerable<byte[]> files) =>
    [
        .. chains.DistinctBy(seed => Convert.ToHexString(SHA256.HashData(seed.Der))),
        .. files.Select(der => new FuzzSeed { Der = der }),
    ];

    /// <summary>Makes one seed for each certificate of each chain.</summary>
    public static List<FuzzSeed> Chains(int seed, IReadOnlyList<ConformanceCase> suites)
    {
        ChainMutator mutator = new(seed);
        List<FuzzSeed> seeds = [];
        for (int number = 0; number < OwnChains; number++)
        {
            ConformanceCase own = mutator.Make(number);
            if (own.Anchors.All(IsAnchor))
            {
                AddCertificates(seeds, own, isOwn: true);
            }
        }

        foreach (ConformanceCase suite in suites)
        {
            AddCertificates(seeds, suite, isOwn: false);
        }

        return seeds;
    }

    /// <summary>Makes CRLs of every kind for a short chain, and takes those of the suites.</summary>
    public static List<FuzzSeed> Crls(IReadOnlyList<ConformanceCase> suites)
    {
        (TestCertificateAuthority root, TestCertificateAuthority ca, TestCertificate leaf) = MakePki();
        ReadOnlyMemory<byte> rootCrl = root.IssueCrl().Der;
        (bool LetsIn, Action<TestCrlSpec> Configure)[] kinds =
        [
            (true, _ => { }),
            (true, crl => crl.RevokeSerial([1]).RevokeSerial([2, 3], entry => entry.Reason(X509RevocationReason.CACompromise))),
            (true, crl => crl.WithIssuingDistributionPoint(point => point.OnlyEndEntityCertificates())),
            (true, crl => crl.WithFreshestCrl("http://crl.test/delta.crl")),
            (false, crl => crl.Revoke(leaf)),
            (false, crl => crl.Expired()),
            (false, crl => crl.DeltaTo(1)),
            (false, crl => crl.WithUnknownCriticalExtension()),
        ];
        List<FuzzSeed> seeds =
        [
            .. kinds.Select(kind => new FuzzSeed
            {
                Der = ca.IssueCrl(kind.Configure).Der.ToArray(),
                Signer = ca.Key,
                LetsIn = kind.LetsIn,
                Around = Around(root, ca, leaf) with { Crls = [default, rootCrl] },
            }),
            new() { Der = rootCrl.ToArray(), Signer = root.Key, LetsIn = true, Around = Around(root, ca, leaf) with { Crls = [default, ca.IssueCrl().Der] } },
        ];
        foreach (ConformanceCase suite in suites.Where(s => s.Crls.Count > 0))
        {
            seeds.AddRange(suite.Crls.Select((crl, at) => new FuzzSeed { Der = crl.ToArray(), Around = suite, Position = at }));
        }

        return seeds;
    }

    /// <summary>Makes OCSP answers of every kind about the end of a short chain.</summary>
    public static List<FuzzSeed> Answers()
    {
        (TestCertificateAuthority root, TestCertificateAuthority ca, TestCertificate leaf) = MakePki();
        TestCertificate delegated = ca.IssueOcspSigner(c => c.WithKey(ChainMutator.KeyOf(4)));
        (bool LetsIn, TestKey Signer, Action<TestOcspSpec> Configure)[] kinds =
        [
            (true, ca.Key, _ => { }),
            (true, ca.Key, r => r.ResponderByName()),
            (true, ca.Key, r => r.Validity(Now, nextUpdate: null).WithNonce(new byte[32])),
            (true, ca.Key, r => r.AlsoAbout(ca).WithHash(HashAlgorithmName.SHA256).WithCertificate(root)),
            (true, delegated.Key!, r => r.SignedBy(delegated)),
            (false, ca.Key, r => r.Revoked()),
            (false, ca.Key, r => r.StatusUnknown()),
            (false, ca.Key, r => r.Expired()),
            (false, ca.Key, r => r.AboutNothing()),
            (false, ca.Key, r => r.WithUnknownCriticalExtension()),
        ];
        return
        [
            .. kinds.Select(kind => new FuzzSeed
            {
                Der = ca.IssueOcspResponse(leaf, kind.Configure).Der.ToArray(),
                Signer = kind.Signer,
                SignedAt = [1, 0, 1, 0],
                LetsIn = kind.LetsIn,
                Around = Around(root, ca, leaf),
            }),
            new() { Der = ca.IssueOcspResponse(leaf, r => r.Status(TestOcspStatus.TryLater)).Der.ToArray(), Around = Around(root, ca, leaf) },
        ];
    }

    /// <summary>Reads the suites' cases whose anchors can be used; none where the suites are not there.</summary>
    public static async Task<List<ConformanceCase>> ReadSuitesAsync(CancellationToken cancellationToken)
    {
        if (SuiteData.Find() is not { } folder)
        {
            return [];
        }

        List<ConformanceCase> all =
        [
            .. await LimboSuite.ReadAsync([Path.Combine(folder, "limbo", "limbo.json.gz")], [], cancellationToken),
            .. await PkitsSuite.ReadAsync(Path.Combine(folder, "pkits"), cancellationToken),
        ];
        return [.. all.Where(c => c.Anchors.Count > 0 && c.Anchors.All(IsAnchor) && c.Others.Append(c.EndEntity).All(der => der.Length is > 0 and <= MaxSeedLength))];
    }

    private static bool IsAnchor(ReadOnlyMemory<byte> der)
    {
        try
        {
            return TrustAnchor.FromCertificate(der.Span) is not null;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    // The one at a depth is signed with the key of the next; in a chain that was reordered the key may be another's, and is refused.
    private static void AddCertificates(List<FuzzSeed> seeds, ConformanceCase chain, bool isOwn)
    {
        ReadOnlyMemory<byte>[] all = [chain.EndEntity, .. chain.Others];
        seeds.AddRange(all.Select((der, at) => new FuzzSeed { Der = der.ToArray(), Signer = isOwn ? ChainMutator.KeyOf(at + 1) : null, Around = chain, Position = at }));
    }

    private static (TestCertificateAuthority Root, TestCertificateAuthority Ca, TestCertificate Leaf) MakePki()
    {
        TestCertificateAuthority root = TestCertificateAuthority.CreateRoot("Root", c => c.WithKey(ChainMutator.KeyOf(1)), new ChainMutator.Clock());
        TestCertificateAuthority ca = root.IssueIntermediate("CA", c => c.WithKey(ChainMutator.KeyOf(2)));
        return (root, ca, ca.IssueClient("leaf.test", c => c.WithKey(ChainMutator.KeyOf(3))));
    }

    private static ConformanceCase Around(TestCertificateAuthority root, TestCertificateAuthority ca, TestCertificate leaf) => new()
    {
        Id = "own",
        Scope = "fuzz",
        Group = "fuzz",
        ExpectsAcceptance = true,
        EndEntity = leaf.Der,
        Others = [ca.Der],
        Anchors = [root.Der],
        Time = Now,
    };
}
