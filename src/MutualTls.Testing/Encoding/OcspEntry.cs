using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MutualTls.Testing.Encoding;

/// <summary>What an OCSP response says about one certificate (RFC 6960 4.2.1, SingleResponse).</summary>
internal sealed class OcspEntry
{
    private byte[] _status = Der.Tlv(0x80, []);

    public HashAlgorithmName Hash { get; set; } = HashAlgorithmName.SHA1;

    public required TestName IssuerName { get; set; }

    public required TestKey IssuerKey { get; set; }

    public required byte[] Serial { get; set; }

    public required DateTimeOffset ThisUpdate { get; set; }

    public required DateTimeOffset? NextUpdate { get; set; }

    public ExtensionList Extensions { get; } = new();

    public void StatusUnknown() => _status = Der.Tlv(0x82, []);

    public void Revoked(X509RevocationReason? reason, DateTimeOffset at) =>
        _status = Der.Tlv(0xA1, [.. Time(at), .. reason is { } number ? Der.Tlv(0xA0, Der.Tlv(0x0A, [(byte)number])) : []]);

    public byte[] Encode() => Der.Tlv(
        0x30,
        [
            .. OcspCertId.Encode(Hash, IssuerName, IssuerKey, Serial),
            .. _status,
            .. Time(ThisUpdate),
            .. NextUpdate is { } next ? Der.Tlv(0xA0, Time(next)) : [],
            .. Extensions.HasNothingToWrite ? [] : Der.Tlv(0xA1, Der.Write(Extensions.Write)),
        ]);

    private static byte[] Time(DateTimeOffset time) => Der.Write(writer => writer.WriteGeneralizedTime(time, omitFractionalSeconds: true));
}
