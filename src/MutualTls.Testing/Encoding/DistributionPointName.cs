using System.Security.Cryptography.X509Certificates;

namespace MutualTls.Testing.Encoding;

/// <summary>What a certificate's distribution point and a CRL's issuing distribution point have in common (RFC 5280 4.2.1.13, 5.2.5).</summary>
internal static class DistributionPointName
{
    public static byte[] FullName(Action<TestGeneralNames> configure) => Der.Tlv(0xA0, TestGeneralNames.From(configure).Content());

    public static byte[] RelativeName(string oid, string value)
    {
        // A name of one RDN: SEQUENCE { SET }. The SET is what gets the tag.
        ReadOnlySpan<byte> name = TestName.Empty.And(oid, value).Encoded.Span;
        int header = name[1] < 0x80 ? 2 : 2 + (name[1] & 0x7F);
        return Der.Retag(name[header..].ToArray(), 1);
    }

    public static byte[] Reasons(ReadOnlySpan<X509RevocationReason> reasons, int contextTag)
    {
        byte[] bits = new byte[2];
        foreach (X509RevocationReason reason in reasons)
        {
            // ReasonFlags skips what CRLReason counts: removeFromCRL (8) has no flag.
            int bit = reason switch
            {
                >= X509RevocationReason.KeyCompromise and <= X509RevocationReason.CertificateHold => (int)reason,
                X509RevocationReason.PrivilegeWithdrawn => 7,
                X509RevocationReason.AACompromise => 8,
                _ => throw new ArgumentException($"{reason} has no reason flag (RFC 5280 4.2.1.13).", nameof(reasons)),
            };
            bits[bit / 8] |= (byte)(0x80 >> (bit % 8));
        }

        return Der.Retag(Der.NamedBits(bits), contextTag);
    }
}
