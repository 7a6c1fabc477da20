using MutualTls.Encoding;

namespace MutualTls.Revocation.Crl;

/// <summary>Reads the extensions of a CRL as a whole. RFC 5280 section 5.2.</summary>
internal sealed class CrlExtensions
{
    // Those in use carry two to four.
    private const int MaxExtensions = 32;

    private string? _oddCriticality;

    public byte[]? Number { get; private set; }

    public byte[]? BaseNumber { get; private set; }

    public byte[] AuthorityKeyIdentifier { get; private set; } = [];

    public byte[] FreshestCrl { get; private set; } = [];

    public CrlScope Scope { get; private set; } = CrlScope.Everything;

    /// <summary>Gets the OID of the first critical extension that this library does not know, or null.</summary>
    public string? UnknownCritical { get; private set; }

    /// <summary>Gets the extension that is malformed, or null.</summary>
    public string? Malformed { get; private set; }

    /// <summary>Gets the rule for issuers of CRLs that these extensions break, or null. A reader need not mind.</summary>
    public string? ProfileFault =>
        AuthorityKeyIdentifier.Length == 0 ? "5.2.1: an authority key identifier"
        : Number is null ? "5.2.3: a CRL number"
        : _oddCriticality;

    /// <summary>Reads Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension.</summary>
    public bool TryRead(ref DerReader field, ReadOnlySpan<byte> crlIssuer)
    {
        if (!field.TryOpen(DerTag.Sequence, out DerReader list) || !field.IsEmpty || list.IsEmpty)
        {
            return false;
        }

        HashSet<string> seen = [];
        while (!list.IsEmpty)
        {
            if (seen.Count == MaxExtensions || !CrlExtension.TryRead(ref list, out CrlExtension extension))
            {
                return false;
            }

            string oid = DerValue.ObjectIdentifierText(extension.Oid);
            if (!seen.Add(oid) || !TryReadValue(extension, oid, crlIssuer))
            {
                Malformed = oid;
                return false;
            }
        }

        return true;
    }

    private bool TryReadValue(CrlExtension extension, string oid, ReadOnlySpan<byte> crlIssuer)
    {
        _oddCriticality ??= OddCriticality(extension);
        bool read;
        switch (extension.Kind)
        {
            case CrlExtensionKind.AuthorityKeyIdentifier:
                AuthorityKeyIdentifier = extension.Value.ToArray();
                return IsSequence(extension.Value, out _);

            case CrlExtensionKind.CrlNumber:
                read = CrlNumber.TryRead(extension.Value, out byte[]? number);
                Number = number;
                return read;

            case CrlExtensionKind.DeltaCrlIndicator:
                read = CrlNumber.TryRead(extension.Value, out byte[]? baseNumber);
                BaseNumber = baseNumber;
                return read;

            case CrlExtensionKind.IssuingDistributionPoint:
                read = CrlScope.TryRead(extension.Value, crlIssuer, out CrlScope scope);
                Scope = scope;
                return read;

            case CrlExtensionKind.FreshestCrl:
                read = IsSequence(extension.Value, out ReadOnlySpan<byte> points) && !points.IsEmpty;
                FreshestCrl = points.ToArray();
                return read;

            case CrlExtensionKind.IssuerAlternativeName or CrlExtensionKind.AuthorityInformationAccess:
                return IsSequence(extension.Value, out _);

            default:
                // Those of entries mean nothing here, so they are as unknown as any other.
                UnknownCritical = extension.IsCritical ? UnknownCritical ?? oid : UnknownCritical;
                return true;
        }
    }

    private static string? OddCriticality(CrlExtension extension) => (extension.Kind, extension.IsCritical) switch
    {
        (CrlExtensionKind.CrlNumber, true) => "5.2.3: the CRL number is not critical",
        (CrlExtensionKind.DeltaCrlIndicator, false) => "5.2.4: the delta CRL indicator is critical",
        (CrlExtensionKind.IssuingDistributionPoint, false) => "5.2.5: the issuing distribution point is critical",
        (CrlExtensionKind.FreshestCrl, true) => "5.2.6: the freshest CRL is not critical",
        (CrlExtensionKind.AuthorityInformationAccess, true) => "5.2.7: authority information access is not critical",
        _ => null,
    };

    private static bool IsSequence(ReadOnlySpan<byte> value, out ReadOnlySpan<byte> content)
    {
        DerReader reader = new(value);
        bool read = reader.TryRead(DerTag.Sequence, out DerRange range) && reader.IsEmpty;
        content = reader.Bytes(range);
        return read;
    }
}
