namespace MutualTls.AspNetCore.Forwarded;

/// <summary>Marks a request that a trusted hop sends: it may be anybody's behind the hop, so the hop's own certificate is not that of who asks.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed class TrustedHop
{
    public static TrustedHop Instance { get; } = new();
}
