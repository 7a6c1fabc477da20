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
    private readonly EntryFile<CertificateDenyList>[] _files;

    private ListPolicy(FrozenSet<Sha256Value> allowed, CertificateDenyList denied, EntryFile<CertificateDenyList>[] files, SnapshotSource<CertificateDenyList>? source)
    {
        _allowed = allowed;
        _denied = denied;
        _files = files;
        FileSource = files.Length == 0 ? null : new(Read(files));
        Source = source;
    }

    /// <summary>Gets the list that the application changes; null if there is none.</summary>
    public SnapshotSource<CertificateDenyList>? Source { get; }

    /// <summary>Gets what is in the files; null if there are none.</summary>
    public SnapshotSource<CertificateDenyList[]>? FileSource { get; }

    public bool HasDenied => _denied.Count > 0 || Source is not null || FileSource is not null;

    /// <summary>Gets how many entries there are, in all places together.</summary>
    public int DeniedCount => _denied.Count + (Source?.Current.Count ?? 0) + (FileSource?.Current.Sum(list => list.Count) ?? 0);

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

        CertificateDenyList denied = CertificateDenyList.Create(options.Denied, (index, error) => errors.Add($"Lists:Denied:{index}: {error}"));
        EntryFile<CertificateDenyList>[] files = [.. options.DeniedFiles.Select((file, i) => new EntryFile<CertificateDenyList>(file, $"Lists:DeniedFiles:{i}", Parse))];
        foreach (EntryFile<CertificateDenyList> file in files)
        {
            file.Look(errors);
        }

        foreach (Sha256Value fingerprint in allowed)
        {
            if (denied.ContainsCertificate(fingerprint) || Array.Exists(files, file => file.Entries?.ContainsCertificate(fingerprint) == true))
            {
                errors.Add($"Lists:Denied: certificate {fingerprint} is allowed as well; a denied one is never accepted, so take it out of one of the lists.");
            }
        }

        return new ListPolicy(allowed.ToFrozenSet(), denied, files, options.DenySource);
    }

    /// <summary>Reads those files again that have changed. What of them is of no use stays as it was.</summary>
    public void Refresh(List<string> problems)
    {
        bool changed = false;
        foreach (EntryFile<CertificateDenyList> file in _files)
        {
            changed |= file.Look(problems);
        }

        if (changed)
        {
            FileSource!.Change(Read(_files));
        }
    }

    /// <summary>Tells whether a certificate is trusted as itself, octet by octet.</summary>
    public bool IsAllowed(ParsedCertificate endEntity) => _allowed.Count > 0 && _allowed.Contains(Sha256Value.Of(endEntity.Bytes));

    public void Check(VerifiedPath path, ref PathAnswer answer)
    {
        if ((_denied.Count > 0 && _denied.Contains(path, out int depth, out string what))
            || (Source is not null && Source.Current.Contains(path, out depth, out what))
            || IsInFile(path, out depth, out what))
        {
            answer.Add(ValidationReason.CertificateDenied, depth, what);
        }
    }

    private bool IsInFile(VerifiedPath path, out int depth, out string what)
    {
        foreach (CertificateDenyList list in FileSource?.Current ?? [])
        {
            if (list.Contains(path, out depth, out what))
            {
                return true;
            }
        }

        (depth, what) = (0, "");
        return false;
    }

    private static CertificateDenyList[] Read(EntryFile<CertificateDenyList>[] files) => [.. files.Select(file => file.Entries ?? CertificateDenyList.Empty)];

    private static CertificateDenyList Parse(IEnumerable<string> lines, Action<int, string> onError, out int count)
    {
        CertificateDenyList list = CertificateDenyList.Create(lines, onError);
        count = list.Count;
        return list;
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
}
