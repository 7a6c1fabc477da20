using System.Security.Cryptography.X509Certificates;
using MutualTls.Encoding;

namespace MutualTls.Trust;

/// <summary>Reads trust anchors from PEM, files and the stores of the operating system.</summary>
internal static class TrustAnchorReader
{
    /// <summary>Reads every certificate of a PEM text. What is no certificate is passed over.</summary>
    /// <exception cref="ArgumentException">There is none, or one of them cannot be an anchor.</exception>
    public static List<TrustAnchor> ReadPem(ReadOnlySpan<char> pem)
    {
        List<TrustAnchor> anchors = [.. PemReader.ReadCertificates(pem).Select(der => TrustAnchor.FromCertificate(der))];
        return anchors.Count > 0 ? anchors : throw new ArgumentException("The PEM text holds no certificate.", nameof(pem));
    }

    /// <summary>Reads a file of PEM, or of one certificate as DER.</summary>
    /// <exception cref="ArgumentException">It holds no certificate, or one that cannot be an anchor.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static List<TrustAnchor> ReadFile(string path)
    {
        List<TrustAnchor> anchors = [.. PemReader.ReadCertificates(File.ReadAllBytes(path)).Select(der => TrustAnchor.FromCertificate(der))];
        return anchors.Count > 0 ? anchors : throw new ArgumentException("The file holds no certificate.", nameof(path));
    }

    /// <summary>Reads the roots that the operating system trusts. One that this library cannot use is passed over: the list is not ours.</summary>
    public static List<TrustAnchor> ReadSystemRoots()
    {
        List<TrustAnchor> anchors = [];
        foreach (StoreLocation location in (StoreLocation[])[StoreLocation.CurrentUser, StoreLocation.LocalMachine])
        {
            using X509Store store = new(StoreName.Root, location);
            store.Open(OpenFlags.ReadOnly);
            foreach (X509Certificate2 certificate in store.Certificates)
            {
                try
                {
                    anchors.Add(TrustAnchor.FromCertificate(certificate));
                }
                catch (ArgumentException)
                {
                }
                finally
                {
                    certificate.Dispose();
                }
            }
        }

        return anchors;
    }
}
