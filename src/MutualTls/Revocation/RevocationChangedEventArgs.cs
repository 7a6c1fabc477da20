using MutualTls.Certificates;
using MutualTls.Revocation.Crl;
using MutualTls.Revocation.Memory;

namespace MutualTls.Revocation;

/// <summary>Says what was learnt that may make standing verdicts wrong.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class RevocationChangedEventArgs : EventArgs
{
    /// <summary>The most serial numbers told; of a list that revokes more at once, all of its issuer's certificates are to be looked at.</summary>
    internal const int MaxSerials = 10_000;

    /// <summary>Tells that everything was forgotten.</summary>
    internal RevocationChangedEventArgs() => SerialNumbers = [];

    internal RevocationChangedEventArgs(RevocationAuthority authority, ParsedCertificate certificate)
    {
        Issuer = authority.Name;
        Source = RevocationSource.Ocsp;
        SerialNumbers = [certificate.SerialNumber];
        IsComplete = true;
    }

    internal RevocationChangedEventArgs(ParsedCrl crl, CrlSet before)
    {
        Source = RevocationSource.Crl;
        List<string> serials = [];
        IsComplete = true;
        ParsedCrl? older = null;
        foreach (ParsedCrl held in before.Named(crl.IssuerNameHash))
        {
            older = held.IsSameSeries(crl) ? held : older;
        }

        foreach (byte[] serial in crl.Entries.Serials())
        {
            if (older is not null && older.Entries.TryFind(serial, issuer: 0, out _))
            {
                continue;
            }

            if (serials.Count == MaxSerials)
            {
                IsComplete = false;
                break;
            }

            serials.Add(Convert.ToHexString(serial));
        }

        SerialNumbers = serials;

        // Of an indirect CRL the serial numbers alone say little.
        Issuer = crl.Scope.IsIndirect ? null : DistinguishedNameText.Of(crl.IssuerName);
        IsComplete &= !crl.Scope.IsIndirect;
    }

    /// <summary>Gets the issuer of the certificates, for people; null if those of any issuer may be affected, or everything was forgotten.</summary>
    public string? Issuer { get; }

    /// <summary>Gets where it was learnt.</summary>
    public RevocationSource Source { get; }

    /// <summary>Gets the serial numbers of the certificates that are newly listed or answered about, as upper-case hexadecimal octets.</summary>
    public IReadOnlyList<string> SerialNumbers { get; }

    /// <summary>Gets whether <see cref="SerialNumbers"/> holds all of them; if not, every certificate of the issuer may be affected.</summary>
    public bool IsComplete { get; }
}
