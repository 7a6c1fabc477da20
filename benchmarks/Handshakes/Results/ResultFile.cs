using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MutualTls.Handshakes.Results;

/// <summary>Holds the rows of one measurement with what is needed to make it again, as they are kept in <c>benchmarks/results</c>.</summary>
/// <typeparam name="TRow">What one row says.</typeparam>
/// <param name="Command">What was run, at the root of the repository.</param>
/// <param name="Machine">On what.</param>
/// <param name="Measured">When, in UTC.</param>
/// <param name="Rows">What was found.</param>
internal sealed record ResultFile<TRow>(string Command, Machine Machine, string Measured, IReadOnlyList<TRow> Rows);

/// <summary>Reads and writes such files.</summary>
internal static class ResultFile
{
    // Compared as text and read by people: characters as they are.
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <param name="file">Where to write.</param>
    /// <param name="project">The project that was run.</param>
    /// <param name="args">What it was told.</param>
    /// <param name="machine">The machine, described before the measurement began.</param>
    /// <param name="rows">What was found.</param>
    public static void Write<TRow>(FileInfo file, string project, string[] args, Machine machine, IReadOnlyList<TRow> rows) => File.WriteAllText(
        file.FullName,
        JsonSerializer.Serialize(
            new ResultFile<TRow>(
                $"dotnet run -c Release --project benchmarks/{project} -- {string.Join(' ', args)}", machine, DateTimeOffset.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), rows),
            s_json) + "\n");

    public static ResultFile<TRow> Read<TRow>(string path) =>
        JsonSerializer.Deserialize<ResultFile<TRow>>(File.ReadAllText(path), s_json) ?? throw new InvalidDataException($"{path} holds nothing.");
}
