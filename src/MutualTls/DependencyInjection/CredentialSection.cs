using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using MutualTls.Credentials;

namespace MutualTls.DependencyInjection;

/// <summary>Reads where a credential comes from, PEM files, a PFX file, or a certificate of a store by its fingerprint or its subject, and whether it staples.</summary>
internal static class CredentialSection
{
    private static readonly string[] Places = ["CertificateFile", "PfxFile", "StoreFingerprint", "StoreSubject"];

    public static void Read(IConfigurationSection section, MutualTlsBuilder builder, List<string> errors)
    {
        ConfigurationValues.CheckKeys(section, [.. Places, "KeyFile", "Password", "StoreLocation", "Stapling"], errors);
        string[] given = [.. Places.Where(place => section[place] is not null)];
        if (given.Length != 1)
        {
            errors.Add($"{section.Path}: give either CertificateFile (with KeyFile), PfxFile, StoreFingerprint or StoreSubject.");
            return;
        }

        string value = section[given[0]]!;
        if (string.IsNullOrWhiteSpace(value))
        {
            errors.Add($"{section.Path}:{given[0]}: blank.");
            return;
        }

        string? key = section["KeyFile"], password = section["Password"];
        StoreLocation location = ConfigurationValues.Value<StoreLocation>(
            section, "StoreLocation", ConfigurationValues.TryParseName, StoreLocation.CurrentUser, errors);
        OcspStapling stapling = ConfigurationValues.Value<OcspStapling>(section, "Stapling", ConfigurationValues.TryParseName, OcspStapling.Disabled, errors);
        builder.AddCredential(section.Key, c =>
        {
            _ = given[0] switch
            {
                "CertificateFile" => c.FromPem(value, key, password),
                "PfxFile" => c.FromPfx(value, password),
                "StoreFingerprint" => c.FromStore(value, location),
                _ => c.FromStoreBySubject(value, location),
            };
            _ = stapling == OcspStapling.Enabled ? c.StapleOcsp() : c;
        });
    }
}
