using System.Net;
using System.Text;
using MutualTls.Encoding;

namespace MutualTls.Certificates;

/// <summary>Walks the subject alternative names of a certificate in the order they stand. RFC 5280 section 4.2.1.6.</summary>
internal ref struct SubjectAlternativeNames
{
    private DerReader _names;
    private GeneralName _current;

    public SubjectAlternativeNames(ParsedCertificate certificate)
    {
        DerReader outer = new(certificate.ExtensionValue(ExtensionKind.SubjectAlternativeName));
        outer.TryOpen(DerTag.Sequence, out _names);
    }

    public readonly GeneralNameKind Kind => _current.Kind;

    public readonly ReadOnlySpan<byte> Value => _names.Bytes(_current.Value);

    public bool MoveNext() => GeneralName.TryRead(ref _names, out _current);

    /// <summary>Gets the names of one kind as text; of addresses, their usual form.</summary>
    public static string[] Texts(ParsedCertificate certificate, GeneralNameKind kind)
    {
        List<string> texts = [];
        SubjectAlternativeNames names = new(certificate);
        while (names.MoveNext())
        {
            if (names.Kind == kind)
            {
                texts.Add(kind == GeneralNameKind.IpAddress ? new IPAddress(names.Value).ToString() : System.Text.Encoding.ASCII.GetString(names.Value));
            }
        }

        return [.. texts];
    }
}
