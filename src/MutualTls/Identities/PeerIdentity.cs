using System.Security.Cryptography;
using MutualTls.Certificates;

namespace MutualTls.Identities;

/// <summary>Holds who a peer is, as its end-entity certificate says.</summary>
/// <remarks>Worth something only beside an accepted verdict. The names are subject alternative names; the subject is for people.</remarks>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class PeerIdentity
{
    private readonly ParsedCertificate _certificate;
    private string[]? _dnsNames, _uris, _emails, _addresses, _principals;
    private string? _pin;
    private SpiffeId? _spiffeId;

    internal PeerIdentity(ParsedCertificate certificate) => _certificate = certificate;

    /// <summary>Gets the subject, RFC 4514 style.</summary>
    public string Subject => _certificate.Subject;

    /// <summary>Gets the issuer, RFC 4514 style.</summary>
    public string Issuer => _certificate.Issuer;

    /// <summary>Gets the serial number as upper-case hexadecimal octets.</summary>
    public string SerialNumber => _certificate.SerialNumber;

    /// <summary>Gets the SHA-256 of the certificate as upper-case hexadecimal.</summary>
    public string Sha256Fingerprint => _certificate.Sha256Fingerprint;

    /// <summary>Gets the SHA-256 of the SubjectPublicKeyInfo as a pin is written, <c>sha256/</c> and base64: it stays when a certificate is renewed with the same key.</summary>
    public string PublicKeyPin => _pin ??= "sha256/" + Convert.ToBase64String(SHA256.HashData(_certificate.SubjectPublicKeyInfo));

    /// <summary>Gets the DNS names.</summary>
    public IReadOnlyList<string> DnsNames => _dnsNames ??= SubjectAlternativeNames.Texts(_certificate, GeneralNameKind.Dns);

    /// <summary>Gets the URIs.</summary>
    public IReadOnlyList<string> Uris => _uris ??= SubjectAlternativeNames.Texts(_certificate, GeneralNameKind.Uri);

    /// <summary>Gets the SPIFFE ID, or null if the certificate proves none: it is the one URI there is, and keeps to its specification.</summary>
    public SpiffeId? SpiffeId => _spiffeId ??= SpiffeId.TryGetPresented(_certificate, out ReadOnlySpan<byte> id) ? SpiffeId.Parse(System.Text.Encoding.ASCII.GetString(id)) : null;

    /// <summary>Gets the email addresses.</summary>
    public IReadOnlyList<string> EmailAddresses => _emails ??= SubjectAlternativeNames.Texts(_certificate, GeneralNameKind.Email);

    /// <summary>Gets the IP addresses in their usual form.</summary>
    public IReadOnlyList<string> IpAddresses => _addresses ??= SubjectAlternativeNames.Texts(_certificate, GeneralNameKind.IpAddress);

    /// <summary>Gets the user principal names of Windows.</summary>
    public IReadOnlyList<string> UserPrincipalNames => _principals ??= OtherNameTable.PrincipalsOf(_certificate);

    /// <summary>Writes the most telling name: the first URI, DNS name or email address, else the subject.</summary>
    public override string ToString() => Uris.Concat(DnsNames).Concat(EmailAddresses).FirstOrDefault() ?? Subject;
}
