using MutualTls.Policies;

namespace MutualTls.AspNetCore.Forwarded;

/// <summary>The feature, made by the filter alone.</summary>
internal sealed record ForwardedCertificate(PeerVerdict Verdict) : IForwardedCertificateFeature;
