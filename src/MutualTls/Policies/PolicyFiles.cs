using System.Security.Cryptography;
using MutualTls.Sources;

namespace MutualTls.Policies;

/// <summary>Follows the files that a policy is compiled from (anchors, allowed certificates), and tells when what they hold has changed.</summary>
/// <remarks>Those of CRLs, pins and deny-lists are not among them: what is in them changes without another policy.</remarks>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
internal sealed class PolicyFiles
{
    // A hundred thousand certificates.
    private const long MaxFileBytes = 256L << 20;

    private readonly WatchedFile[] _files;
    private byte[] _content = [];

    public PolicyFiles(PeerPolicyOptions options)
    {
        _files = [.. options.TrustFiles.Concat(options.Lists.AllowedCertificateFiles)
            .Where(path => !string.IsNullOrWhiteSpace(path)).Distinct(StringComparer.Ordinal).Select(path => new WatchedFile(path))];
        HaveChanged();
    }

    /// <summary>Gets whether there are any.</summary>
    public bool AreAny => _files.Length > 0;

    /// <summary>Looks at them: tells whether they hold something else than when they were looked at before. A file that cannot be read is another content.</summary>
    public bool HaveChanged()
    {
        bool isDue = false;
        foreach (WatchedFile file in _files)
        {
            isDue |= file.IsDue();
        }

        if (!isDue)
        {
            return false;
        }

        byte[] before = _content;
        _content = ReadContent();
        return !_content.AsSpan().SequenceEqual(before);
    }

    // Compared by content: files are often written anew as they were, and a policy that is compiled anew remembers nobody.
    private byte[] ReadContent()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (WatchedFile file in _files)
        {
            try
            {
                hash.AppendData(file.Read(MaxFileBytes, static (handle, _) =>
                {
                    using FileStream stream = new(handle, FileAccess.Read, bufferSize: 0);
                    return SHA256.HashData(stream);
                }));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                file.Retry();
                hash.AppendData(System.Text.Encoding.UTF8.GetBytes(exception.GetType().Name));
            }
        }

        return hash.GetHashAndReset();
    }
}
