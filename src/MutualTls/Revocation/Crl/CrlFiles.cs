using MutualTls.Certificates;
using MutualTls.Trust;

namespace MutualTls.Revocation.Crl;

/// <summary>The CRLs that a policy is given: those in memory, and those of files and folders, which may change.</summary>
/// <remarks>
/// What was read stays until something newer of its series is read: a file that is half-written, broken, gone or older than before takes nothing away. What a key
/// is known to have signed only gives way to what the same key signed, so that a forged CRL displaces none.
/// </remarks>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
internal sealed class CrlFiles
{
    // What may stay of files that are gone: CRLs of CAs that are no more. Beyond that, the oldest go.
    private const int MaxOrphans = 1024;

    private readonly string[] _paths;
    private readonly ParsedCrl[] _given;
    private readonly TrustAnchorSet _anchors;
    private readonly List<string> _givenProblems = [];
    private Dictionary<string, CrlFile> _files = [];
    private HashSet<string> _told = [];

    /// <summary>Takes what the options name.</summary>
    public CrlFiles(RevocationOptions options, TrustAnchorSet anchors)
    {
        _paths = [.. options.CrlFiles];
        _anchors = anchors;
        List<ParsedCrl> given = [];
        for (int i = 0; i < options.Crls.Count; i++)
        {
            CrlReader.Read(options.Crls[i].Span, $"Revocation:Crls:{i}", given, _givenProblems);
        }

        _given = [.. given];
    }

    /// <summary>Gets whether there is anything that may change.</summary>
    public bool AreAny => _paths.Length > 0;

    /// <summary>Reads everything. What cannot be used is told, each with its place in the options.</summary>
    public CrlSet Load(List<string> errors)
    {
        List<string> found = [.. _givenProblems];
        List<ParsedCrl> read = Read(found);
        found.AddRange(read.Where(IsForged).Select(ForgedText));
        errors.AddRange(found);
        _told = [.. found];
        return new CrlSet(read);
    }

    /// <summary>Reads what has changed.</summary>
    /// <param name="held">The CRLs in use.</param>
    /// <param name="problems">Takes what cannot be used, if that was not told the last time.</param>
    /// <returns>The CRLs from now on, or null if those in use stay.</returns>
    public CrlSet? Refresh(CrlSet held, List<string> problems)
    {
        List<string> found = [];
        HashSet<ParsedCrl> next = Merge(held, Read(found), found);
        problems.AddRange(found.Where(problem => !_told.Contains(problem)));
        _told = [.. found];
        return next.SetEquals(held.All) ? null : new CrlSet(next);
    }

    private List<ParsedCrl> Read(List<string> problems)
    {
        Dictionary<string, CrlFile> files = [];
        for (int i = 0; i < _paths.Length; i++)
        {
            string path = _paths[i], what = $"Revocation:CrlFiles:{i}: '{path}'";
            try
            {
                foreach (string file in CrlReader.FilesOf(path))
                {
                    files.TryAdd(file, _files.GetValueOrDefault(file) ?? new CrlFile(file, file == path ? what : $"{what}: '{Path.GetFileName(file)}'"));
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                problems.Add($"{what}: {exception.Message}");
            }
        }

        _files = files;
        List<ParsedCrl> read = [.. _given];
        foreach (CrlFile file in files.Values)
        {
            file.Look(problems);
            read.AddRange(file.Crls);
        }

        return read;
    }

    private HashSet<ParsedCrl> Merge(CrlSet held, List<ParsedCrl> read, List<string> problems)
    {
        HashSet<ParsedCrl> next = [];
        HashSet<ParsedCrl> before = [.. held.All], told = [];
        foreach (ParsedCrl crl in read)
        {
            ParsedCrl known = before.Contains(crl) ? crl : Find(held, crl, other => other.Signature.IsSame(crl.Signature)) ?? crl;
            if (!before.Contains(known) && IsForged(crl))
            {
                problems.Add(ForgedText(crl));
            }
            else if (!before.Contains(known) && FindNewer(held, crl, newer => crl.Signature.IsBySignerOf(newer.Signature)) is { } overtaken)
            {
                problems.Add($"Revocation: the {crl} is not newer than the {overtaken} that was read before, which stays.");
                told.Add(overtaken);
            }
            else
            {
                next.Add(known);
            }
        }

        CrlSet now = new(next);
        foreach (ParsedCrl orphan in held.All.Where(crl =>
            !next.Contains(crl) && FindNewer(now, crl, newer => !crl.Signature.IsProven || newer.Signature.IsBySignerOf(crl.Signature)) is null).Take(MaxOrphans))
        {
            next.Add(orphan);
            if (told.Add(orphan))
            {
                problems.Add($"Revocation: the {orphan} is in no file any more; it stays until a newer one is.");
            }
        }

        return next;
    }

    private static ParsedCrl? FindNewer(CrlSet among, ParsedCrl crl, Predicate<ParsedCrl> condition) =>
        Find(among, crl, other => other.IsSameSeries(crl) && !crl.IsNewerThan(other) && condition(other));

    private static ParsedCrl? Find(CrlSet among, ParsedCrl crl, Predicate<ParsedCrl> condition)
    {
        foreach (ParsedCrl other in among.Named(crl.IssuerNameHash))
        {
            if (condition(other))
            {
                return other;
            }
        }

        return null;
    }

    // An intermediate is known only once a peer presents it; the signature of its CRL is checked then.
    private bool IsForged(ParsedCrl crl)
    {
        bool known = false;
        foreach (TrustAnchor anchor in _anchors.Named(crl.IssuerNameHash))
        {
            if (DistinguishedName.AreEqual(anchor.SubjectName, crl.IssuerName))
            {
                known = true;
                if (crl.Signature.IsBy(new CrlSigner(anchor)))
                {
                    return false;
                }
            }
        }

        return known;
    }

    private static string ForgedText(ParsedCrl crl) => $"Revocation: the {crl} is not signed by the trust anchor of that name.";
}
