using System.Buffers.Binary;
using MutualTls.Testing;

namespace MutualTls.Tests.Revocation.Crl;

/// <summary>Writes a CRL of up to a million entries as DER directly, in a second or two.</summary>
internal static class BigCrl
{
    /// <summary>Makes distinct random serial numbers: positive, in their shortest form.</summary>
    public static byte[][] Serials(int count, int length, int seed)
    {
        Random random = new(seed);
        byte[][] serials = new byte[count][];
        for (int i = 0; i < count; i++)
        {
            byte[] serial = new byte[length];
            random.NextBytes(serial);
            serial[0] = (byte)(1 + (serial[0] % 0x7F));
            BinaryPrimitives.WriteInt32BigEndian(serial.AsSpan(length - 4), i);
            serials[i] = serial;
        }

        return serials;
    }

    /// <summary>Signs a CRL that lists them, each with a reason code, as public CAs write them.</summary>
    public static byte[] Write(TestCertificateAuthority issuer, byte[][] serials)
    {
        // Two headers, a UTCTime, an extension.
        const int Overhead = 2 + 2 + 15 + 14;
        int listLength = serials.Sum(serial => serial.Length + Overhead);
        byte[] algorithm = [0x30, 10, 0x06, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02];
        byte[] head = [0x02, 1, 1, .. algorithm, .. issuer.Subject.Encoded.Span, .. Time("250101000000Z"), .. Time("490101000000Z")];
        byte[] listHeader = Header(0x30, listLength), tbsHeader = Header(0x30, head.Length + listHeader.Length + listLength);
        byte[] tbs = new byte[tbsHeader.Length + head.Length + listHeader.Length + listLength];
        tbsHeader.CopyTo(tbs, 0);
        head.CopyTo(tbs, tbsHeader.Length);
        int at = tbsHeader.Length + head.Length;
        listHeader.CopyTo(tbs, at);
        at += listHeader.Length;
        byte[] reason = [0x30, 12, 0x30, 10, 0x06, 3, 0x55, 0x1D, 21, 0x04, 3, 0x0A, 1, 1];
        foreach (byte[] serial in serials)
        {
            tbs[at++] = 0x30;
            tbs[at++] = (byte)(serial.Length + Overhead - 2);
            tbs[at++] = 0x02;
            tbs[at++] = (byte)serial.Length;
            serial.CopyTo(tbs, at);
            at += serial.Length;
            byte[] date = Time(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"24{1 + (serial[^1] % 12):D2}{1 + (serial[^2] % 28):D2}{serial[^3] % 24:D2}0000Z"));
            date.CopyTo(tbs, at);
            at += date.Length;
            reason.CopyTo(tbs, at);
            at += reason.Length;
        }

        byte[] signature = issuer.Key.Sign(tbs, TestSignatureKind.EcdsaSha256);
        byte[] tail = [.. algorithm, 0x03, (byte)(signature.Length + 1), 0, .. signature];
        return [.. Header(0x30, tbs.Length + tail.Length), .. tbs, .. tail];
    }

    private static byte[] Time(string text) => [0x17, (byte)text.Length, .. System.Text.Encoding.ASCII.GetBytes(text)];

    // The length in its shortest form, as DER has it.
    private static byte[] Header(byte tag, int length)
    {
        byte[] octets = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(octets, length);
        byte[] shortest = [.. octets.SkipWhile(octet => octet == 0)];
        return length < 0x80 ? [tag, (byte)length] : [tag, (byte)(0x80 | shortest.Length), .. shortest];
    }
}
