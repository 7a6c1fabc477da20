namespace MutualTls.Benchmarks;

/// <summary>What makes a path hard to find.</summary>
public enum PathShape
{
    /// <summary>The issuer was certified by the trusted root and by another, whose certificate comes first.</summary>
    CrossSigned,

    /// <summary>Fifty issuers have the same name and keys of their own; the right one comes last.</summary>
    FiftyCandidates,

    /// <summary>The same, and no certificate says which key it was signed with: only the signature tells.</summary>
    FiftyWithoutKeyIdentifiers,
}
