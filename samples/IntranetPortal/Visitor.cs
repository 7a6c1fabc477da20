using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using MutualTls.AspNetCore.Features;
using MutualTls.Policies;

namespace IntranetPortal;

/// <summary>Who looks at the page, as the certificate of the connection says.</summary>
/// <param name="Verdict">What was found of the connection's peer.</param>
/// <param name="Name">The person.</param>
/// <param name="Device">The device.</param>
public sealed record Visitor(PeerVerdict Verdict, string Name, string Device)
{
    private const string CommonName = "2.5.4.3", SerialNumber = "2.5.4.5";

    public static Visitor Of(HttpContext context)
    {
        X500DistinguishedName subject = context.Connection.ClientCertificate!.SubjectName;
        return new Visitor(context.Features.GetRequiredFeature<IMutualTlsFeature>().Verdict, Read(subject, CommonName), Read(subject, SerialNumber));
    }

    private static string Read(X500DistinguishedName name, string type) => name.EnumerateRelativeDistinguishedNames()
        .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == type)
        .Select(part => part.GetSingleElementValue())
        .FirstOrDefault() ?? "";
}
