using System.Text.Json;
using MutualTls.Tests.Peers;

namespace MutualTls.Browser.Tests.Support;

/// <summary>
/// Has Chromium choose a certificate for one address without asking, as an administrator would: by a managed policy, which is of the whole machine. It names nothing but a port
/// of this run, and its file is removed afterwards.
/// </summary>
internal sealed class CertificateChoice : IDisposable
{
    private const string Folder = "/etc/chromium/policies/managed";

    private readonly string _file;

    private CertificateChoice(string file) => _file = file;

    /// <summary>Skips the test where the policy cannot be written, as for a peer that is missing.</summary>
    public static CertificateChoice For(string url)
    {
        string file = Path.Combine(Folder, $"mutualtls-tests-{new Uri(url).Port}.json");
        string choice = JsonSerializer.Serialize(new { pattern = url, filter = new { ISSUER = new { CN = "Acme Devices CA" } } });
        try
        {
            Directory.CreateDirectory(Folder);
            File.WriteAllText(file, JsonSerializer.Serialize(new { AutoSelectCertificateForUrls = (string[])[choice] }));
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            PeerProcess.Lack($"{Folder} cannot be written, which takes root: {exception.Message}");
        }

        return new CertificateChoice(file);
    }

    public void Dispose() => File.Delete(_file);
}
