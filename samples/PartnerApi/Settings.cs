using Microsoft.Extensions.Configuration;

namespace PartnerApi;

/// <summary>Reads appsettings.json. Its <c>certs/</c> is a folder that is made for one run.</summary>
internal static class Settings
{
    private const string Certificates = "certs/";

    /// <summary>Reads the part of one end.</summary>
    /// <param name="end">Server or Client.</param>
    /// <param name="folder">What stands for <c>certs/</c>; a service that is started in its own folder needs none of this.</param>
    public static IConfiguration Read(string end, string folder)
    {
        IConfigurationSection read = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "settings", "PartnerApi", "appsettings.json"))
            .Build()
            .GetSection(end);
        return new ConfigurationBuilder()
            .AddInMemoryCollection(read.AsEnumerable(makePathsRelative: true).Where(value => value.Value is not null)
                .Select(value => KeyValuePair.Create(value.Key, (string?)Placed(value.Value!, folder))))
            .Build();
    }

    private static string Placed(string value, string folder) =>
        value.StartsWith(Certificates, StringComparison.Ordinal) ? Path.Combine(folder, value[Certificates.Length..]) : value;
}
