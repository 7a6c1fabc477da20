namespace MutualTls.Testing;

/// <summary>Tells of one request that a <see cref="TestRevocationServer"/> got.</summary>
/// <param name="Kind">What was asked for.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path and query, as sent.</param>
/// <param name="IsConditional">Whether the client has an answer and asks for a newer one (RFC 9110 13).</param>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed record TestRevocationRequest(TestRevocationKind Kind, string Method, string Path, bool IsConditional);
