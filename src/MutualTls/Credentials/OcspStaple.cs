using System.Net.Security;

namespace MutualTls.Credentials;

/// <summary>A verified OCSP answer about a credential, and what SslStream presents it with.</summary>
/// <param name="Answer">The answer as DER.</param>
/// <param name="Until">The first moment at which it must not be presented.</param>
/// <param name="Context">The credential together with the answer.</param>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed record OcspStaple(ReadOnlyMemory<byte> Answer, DateTimeOffset Until, SslStreamCertificateContext Context);
