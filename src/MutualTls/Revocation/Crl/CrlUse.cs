namespace MutualTls.Revocation.Crl;

/// <summary>The complete CRL that a result rests on, and the delta that brings it up to date.</summary>
/// <remarks>Not part of the result: a verdict that is kept must not keep a CRL in memory.</remarks>
internal readonly record struct CrlUse(ParsedCrl Complete, ParsedCrl? Delta);
