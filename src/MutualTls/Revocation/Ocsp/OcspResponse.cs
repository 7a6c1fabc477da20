using System.Security.Cryptography.X509Certificates;
using MutualTls.Certificates;
using MutualTls.Encoding;

namespace MutualTls.Revocation.Ocsp;

/// <summary>Holds what an answer with the status "successful" says; nothing of it has been verified. RFC 6960 section 4.2.1.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed class OcspResponse(ReadOnlyMemory<byte> der)
{
    public ReadOnlySpan<byte> Bytes => der.Span;

    /// <summary>Gets what is signed: the encoded ResponseData.</summary>
    public required DerRange Tbs { get; init; }

    /// <summary>Gets the responder's encoded name; empty if it names its key.</summary>
    public required DerRange ResponderName { get; init; }

    /// <summary>Gets the SHA-1 of the responder's key; empty if it names itself.</summary>
    public required DerRange ResponderKeyHash { get; init; }

    public required DateTimeOffset ProducedAt { get; init; }

    public required IReadOnlyList<OcspSingleResponse> Responses { get; init; }

    /// <summary>Gets the value of the nonce extension; empty if there is none.</summary>
    public required DerRange Nonce { get; init; }

    /// <summary>Gets the OID of a critical extension that this library does not know; empty if there is none.</summary>
    public required DerRange UnknownCritical { get; init; }

    public required SignatureAlgorithm SignatureAlgorithm { get; init; }

    public required DerRange Signature { get; init; }

    /// <summary>Gets the encoded certificates that came along; not read yet, and not signed.</summary>
    public required IReadOnlyList<DerRange> Certificates { get; init; }

    /// <summary>Gets one certificate's own bytes, as a parsed certificate wants to own them.</summary>
    public ReadOnlyMemory<byte> CertificateBytes(DerRange certificate) => der.Slice(certificate.Start, certificate.Length);
}

/// <summary>Holds what an answer says about one certificate. RFC 6960 section 4.2.1.</summary>
internal readonly record struct OcspSingleResponse
{
    public required DerRange HashOid { get; init; }

    public required DerRange IssuerNameHash { get; init; }

    public required DerRange IssuerKeyHash { get; init; }

    public required DerRange SerialNumber { get; init; }

    public required RevocationStatus Status { get; init; }

    public required DateTimeOffset? RevokedAt { get; init; }

    public required X509RevocationReason? Reason { get; init; }

    public required DateTimeOffset ThisUpdate { get; init; }

    public required DateTimeOffset? NextUpdate { get; init; }

    /// <summary>Gets the OID of a critical extension; this library knows none here. Empty if there is none.</summary>
    public required DerRange UnknownCritical { get; init; }
}
