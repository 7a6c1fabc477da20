using System.Security.Cryptography.X509Certificates;
using MutualTls.Certificates;

namespace MutualTls.Credentials;

/// <summary>Puts the intermediates of a credential in order, from the end-entity up.</summary>
internal static class CredentialChain
{
    /// <summary>Gets the intermediates that lead on from the end-entity; adds an error if some were given and none does.</summary>
    /// <param name="endEntity">The end-entity.</param>
    /// <param name="given">The others, in any order.</param>
    /// <param name="errors">Where what is wrong is told.</param>
    /// <param name="firstIssuer">The issuer of the end-entity, a root that is not sent included; null if it is not among them.</param>
    public static X509Certificate2Collection Order(ParsedCertificate endEntity, X509Certificate2Collection given, List<string> errors, out ParsedCertificate? firstIssuer)
    {
        firstIssuer = null;
        List<(ParsedCertificate Parsed, X509Certificate2 Certificate)> others = [];
        foreach (X509Certificate2 certificate in given)
        {
            if (ParsedCertificate.TryParse(certificate.RawDataMemory.Span, out ParsedCertificate? parsed, out _) && !parsed.Bytes.SequenceEqual(endEntity.Bytes))
            {
                others.Add((parsed, certificate));
            }
        }

        X509Certificate2Collection ordered = [];
        ParsedCertificate current = endEntity;
        while (!current.IsSelfIssued && others.Find(o => DistinguishedName.AreEqual(o.Parsed.SubjectName, current.IssuerName)) is { Parsed: { } issuer } next)
        {
            others.Remove(next);
            current = issuer;
            firstIssuer ??= issuer;

            // A root is known to the peer or not trusted: it is not sent.
            if (!issuer.IsSelfIssued)
            {
                ordered.Add(next.Certificate);
            }
        }

        if (others.Count > 0 && current == endEntity && !endEntity.IsSelfIssued)
        {
            errors.Add($"the chain is incomplete: none of the {others.Count} other certificates is the issuer '{endEntity.Issuer}'");
        }

        return ordered;
    }

    /// <summary>Gets, of the certificates with a subject that are in date and have their key, the one that became valid last; null if there is none, and why.</summary>
    public static X509Certificate2? FindNewest(string subject, X509Certificate2Collection among, DateTimeOffset now, out string? error)
    {
        if (!DistinguishedNameReader.TryRead(subject, out List<List<NameAttribute>>? names, out string? wrong))
        {
            error = $"'{subject}' is no subject ({wrong}), so no certificate of it is";
            return null;
        }

        byte[] encoded = DistinguishedNameReader.Encode(names);
        X509Certificate2? newest = among
            .Where(c => c.HasPrivateKey && c.NotBefore.ToUniversalTime() <= now.UtcDateTime && now.UtcDateTime <= c.NotAfter.ToUniversalTime() && DistinguishedName.AreEqual(encoded, c.SubjectName.RawData))
            .MaxBy(c => c.NotBefore);
        error = newest is null ? $"no certificate of '{subject}' that is in date and has its key is" : null;
        return newest;
    }

    /// <summary>Gets the issuers of a certificate that are among <paramref name="candidates"/>.</summary>
    public static X509Certificate2Collection FindIssuers(X509Certificate2 certificate, X509Certificate2Collection candidates)
    {
        X509Certificate2Collection issuers = [];
        for (X509Certificate2? current = certificate; current is not null && issuers.Count < 16;)
        {
            current = candidates.FirstOrDefault(c => c.SubjectName.RawData.AsSpan().SequenceEqual(current.IssuerName.RawData) && !issuers.Contains(c));
            if (current is not null)
            {
                issuers.Add(current);
            }
        }

        return issuers;
    }
}
