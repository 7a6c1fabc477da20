using System.Security.Cryptography;
using MutualTls.Revocation.Ocsp;

namespace MutualTls.Revocation.Fetching;

/// <summary>Says about which certificate a responder is asked, and how.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
internal sealed class OcspQuestion(OcspIssuer issuer, ReadOnlyMemory<byte> serialNumber, OcspHash hash = OcspHash.Sha1, OcspNonceMode nonce = OcspNonceMode.Omitted)
{
    public OcspIssuer Issuer => issuer;

    public ReadOnlyMemory<byte> SerialNumber => serialNumber;

    public OcspHash Hash => hash;

    public OcspNonceMode Nonce => nonce;

    /// <summary>Gets what is equal for equal questions: two that have nonces are one, and their answer serves both.</summary>
    public string Key { get; } =
        $"{Convert.ToHexString(SHA256.HashData(issuer.EncodedKey))} {Convert.ToHexString(SHA256.HashData(issuer.Name))} {Convert.ToHexString(serialNumber.Span)} {hash} {nonce}";
}
