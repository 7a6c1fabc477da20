namespace MutualTls.Testing.Encoding;

/// <summary>Writes AuthorityKeyIdentifier, which certificates (RFC 5280 4.2.1.1) and CRLs (5.2.1) share.</summary>
internal static class AuthorityKeyIdentifier
{
    public static byte[] Encode(byte[]? keyIdentifier, Action<TestGeneralNames>? issuer = null, byte[]? serial = null) => Der.Tlv(
        0x30,
        [
            .. keyIdentifier is null ? [] : Der.Tlv(0x80, keyIdentifier),
            .. issuer is null ? [] : Der.Tlv(0xA1, TestGeneralNames.From(issuer).Content()),
            .. serial is null ? [] : Der.Tlv(0x82, serial),
        ]);
}
