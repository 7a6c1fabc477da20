namespace MutualTls.Revocation.Stores;

/// <summary>Says how much a <see cref="FolderStore"/> may hold.</summary>
/// <param name="MaxAnswerBytes">The longest DER that is read or written.</param>
/// <param name="MaxFiles">How many answers there may be.</param>
/// <param name="MaxBytes">How long all files may be together.</param>
internal sealed record FolderLimits(int MaxAnswerBytes, int MaxFiles, long MaxBytes);
