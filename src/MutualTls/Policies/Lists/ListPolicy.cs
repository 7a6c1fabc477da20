using System.Collections.Frozen;
using MutualTls.Certificates;
using MutualTls.Encoding;
using MutualTls.Findings;
using MutualTls.Paths;
using MutualTls.Sources;

namespace MutualTls.Policies.Lists;

/// <summary>Knows the certificates that are trusted as themselves, and checks paths against those that are never accepted.</summary>
/// <threadsafety>Immutable but for its source; safe from any thread.</threadsafety>
internal sealed class ListPolicy
{
    private readonly FrozenSet<Sha256Value> _allowed;
    private readonly CertificateDenyList _denied;

    private ListPolicy(FrozenSet<Sha256Value> allowed, CertificateDenyList denied, SnapshotSource<CertificateDenyList>? source)
    {
        _allowed = allowed;
        _denied = denied;
        Source = source;
    }

    public SnapshotSource<CertificateDenyList>? Source { get; }

    public bool HasDenied => _denied.Count > 0 || Source is not null;

    public static ListPolicy Compile(ListOptions options, List<string> errors)
    {
        HashSet<Sha256Value> allowed = [];
        for (int i = 0; i < options.AllowedCertificates.Count; i++)
        {
            if (Sha256Value.TryParseHex(options.AllowedCertificates[i].AsSpan().Trim(), out Sha256Value fingerprint))
            {
                allowed.Add(fingerprint);
            }
            else
            {
                errors.Add($"Lists:AllowedCertificates:{i}: '{options.AllowedCertificates[i]}' is no fingerprint; write the 64 hexadecimal digits of the certificate's SHA-256.");
            }
        }

        for (int i = 0; i < options.AllowedCertificateFiles.Count; i++)
        {
            ReadAllowed(options.AllowedCertificateFiles[i], $"Lists:AllowedCertificateFiles:{i}", allowed, errors);
        }

        List<string> entries = [.. options.Denied];
        for (int i = 0; i < options.DeniedFiles.Count; i++)
        {
            ReadDenied(options.DeniedFiles[i], $"Lists:DeniedFiles:{i}", entries, errors);
        }

        // Lines of files were read one by one before; what is left to be wrong stands in the list.
        CertificateDenyList denied = CertificateDenyList.Create(entries, (index, error) => errors.Add($"Lists:Denied:{index}: {error}"));
        foreach (Sha256Value fingerprint in allowed)
        {
            if (denied.ContainsCertificate(fingerprint))
            {
                errors.Add($"Lists:Denied: certificate {fingerprint} is allowed as well; a denied one is never accepted, so take it out of one of the lists.");
            }
        }

        return new ListPolicy(allowed.ToFrozenSet(), denied, options.DenySource);
    }

    /// <summary>Tells whether a certificate is trusted as itself, octet by octet.</summary>
    public bool IsAllowed(ParsedCertificate endEntity) => _allowed.Count > 0 && _allowed.Contains(Sha256Value.Of(endEntity.Bytes));

    public void Check(VerifiedPath path, ref PathAnswer answer)
    {
        if ((_denied.Count > 0 && _denied.Contains(path, out int depth, out string what)) || (Source is not null && Source.Current.Contains(path, out depth, out what)))
        {
            answer.Add(ValidationReason.CertificateDenied, depth, what);
        }
    }

    private static void ReadAllowed(string file, string option, HashSet<Sha256Value> allowed, List<string> errors)
    {
        try
        {
            List<byte[]> certificates = PemReader.ReadCertificates(File.ReadAllBytes(file));
            if (certificates.Count == 0)
            {
                errors.Add($"{option}: '{file}' holds no certificate; give PEM with one or more, or one as DER.");
            }

            foreach (byte[] der in certificates)
            {
                if (ParsedCertificate.TryParse(der, out _, out Finding finding))
                {
                    allowed.Add(Sha256Value.Of(der));
                }
                else
                {
                    errors.Add($"{option}: '{file}': a certificate cannot be read: {finding}.");
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            errors.Add($"{option}: '{file}': {exception.Message}");
        }
    }

    private static void ReadDenied(string file, string option, List<string> entries, List<string> errors)
    {
        try
        {
            string[] lines = File.ReadAllLines(file);
            int wrong = 0;
            CertificateDenyList.Create(lines, (index, error) =>
            {
                lines[index] = "";
                if (++wrong <= 10)
                {
                    errors.Add($"{option}: '{file}', line {index + 1}: {error}");
                }
            });
            entries.AddRange(lines);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            errors.Add($"{option}: '{file}': {exception.Message}");
        }
    }
}
