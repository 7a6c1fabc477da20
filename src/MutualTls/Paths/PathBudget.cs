namespace MutualTls.Paths;

/// <summary>Bounds the work that one presented chain may cause. What a peer sends is data; running out is a finding of its own.</summary>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
internal struct PathBudget
{
    /// <summary>A TLS 1.3 certificate message of 100 KB, OpenSSL's limit, holds about this many small certificates; BetterTLS presents 35.</summary>
    public const int MaxPresented = 100;

    /// <summary>Paths in use have one to three intermediates; rustls-webpki stops at 6, x509-limbo's longest good one has 9.</summary>
    public const int MaxIntermediates = 16;

    /// <summary>The same number as rustls-webpki's; each costs from 25 microseconds (RSA) to a millisecond (P-384). Good ones, in the main: see <see cref="MaxForged"/>.</summary>
    public const int MaxSignatureChecks = 100;

    /// <summary>
    /// Presented certificates whose signature fails, after which the search ends. A chain with one way to go costs one failed check. The second is for a peer that sends a
    /// broken certificate beside the good one; more than that nobody sends by accident, and a stranger can make as many as he likes.
    /// </summary>
    public const int MaxForged = 2;

    /// <summary>Each step looks at one candidate issuer, at well below a microsecond. The deepest search in x509-limbo, BetterTLS and PKITS takes 23.</summary>
    public const int MaxSteps = 1_000;

    /// <summary>Complete paths validated: as many as certificates are presented, so that the right one of a hundred namesakes is found. The outside suites need 2.</summary>
    public const int MaxPaths = 100;

    /// <summary>Octets of names that must be prepared to be compared (RFC 5280 section 7.1), at up to 50 nanoseconds each. Names in use have about a hundred, and most are equal as they stand.</summary>
    public const int MaxPreparedOctets = 16_384;

    /// <summary>Names compared with constraints: the same number as Go's crypto/x509 and rustls-webpki.</summary>
    public const int MaxNameComparisons = 250_000;

    /// <summary>Nodes and edges of the policy graph (RFC 9618); the largest in NIST PKITS has about 20.</summary>
    public const int MaxPolicyNodes = 10_000;

    private int _signatureChecks;
    private int _steps;
    private int _paths;
    private int _preparedOctets;
    private int _nameComparisons;
    private int _policyNodes;

    /// <summary>Gets whether a limit was hit.</summary>
    public bool IsExhausted { get; private set; }

    public bool TakeSignatureCheck() => Take(ref _signatureChecks, 1, MaxSignatureChecks);

    public bool TakeStep() => Take(ref _steps, 1, MaxSteps);

    public bool TakePath() => Take(ref _paths, 1, MaxPaths);

    public bool TakePreparedOctets(int count) => Take(ref _preparedOctets, count, MaxPreparedOctets);

    public bool TakeNameComparisons(int count) => Take(ref _nameComparisons, count, MaxNameComparisons);

    public bool TakePolicyNodes(int count) => Take(ref _policyNodes, count, MaxPolicyNodes);

    private bool Take(ref int used, int count, int limit)
    {
        used += count;
        IsExhausted |= used > limit;
        return used <= limit;
    }
}
