namespace MutualTls.Revocation;

/// <summary>One place that is asked about a certificate.</summary>
/// <param name="Source">What is there.</param>
/// <param name="Url">Where.</param>
internal readonly record struct AskedPlace(RevocationSource Source, Uri Url)
{
    /// <summary>Gets whether what is there only says what has changed since a complete CRL.</summary>
    public bool IsDelta { get; private init; }

    public static AskedPlace Delta(Uri url) => new(RevocationSource.Crl, url) { IsDelta = true };

    /// <summary>Writes the place without what its URL asks for, for logs and details.</summary>
    public override string ToString() => Url.GetLeftPart(UriPartial.Path);
}
