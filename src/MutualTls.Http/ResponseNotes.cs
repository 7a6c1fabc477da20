using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using MutualTls.Findings;

namespace MutualTls.Http;

/// <summary>Says in the reason phrase, which <see cref="HttpResponseMessage.EnsureSuccessStatusCode"/> puts into its message, what an answer means for mutual TLS.</summary>
internal static class ResponseNotes
{
    // Problem details of a refusal are a few hundred octets.
    private const int MostOctets = 4096;

    public static async Task<HttpResponseMessage> AddAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode == HttpStatusCode.MisdirectedRequest)
        {
            // RFC 9110 section 15.5.20.
            response.ReasonPhrase = $"Misdirected Request: the server does not serve this host on a connection made to '{response.RequestMessage?.RequestUri?.IdnHost}'; "
                + "put the host that is meant into the URI, and leave the Host header to the client";
        }
        else if (response.StatusCode == HttpStatusCode.Forbidden && IsSmallProblem(response.Content.Headers))
        {
            try
            {
                await response.Content.LoadIntoBufferAsync(MostOctets, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                // Nobody else has it yet.
                response.Dispose();
                throw;
            }

            if (CodeOf(await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false)) is { } code)
            {
                response.ReasonPhrase = $"Forbidden: the server refused our client certificate with {code}. {HintOf(code)}".TrimEnd();
            }
        }

        return response;
    }

    private static bool IsSmallProblem(HttpContentHeaders headers) =>
        string.Equals(headers.ContentType?.MediaType, "application/problem+json", StringComparison.OrdinalIgnoreCase) && headers.ContentLength is > 0 and <= MostOctets;

    // Only the code is taken from the server; what it means is said by us.
    private static string? CodeOf(byte[] problem)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(problem);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("code", out JsonElement code) && code.ValueKind == JsonValueKind.String
                && code.GetString() is ['M', 'T', 'L', 'S', _, _, _, _] text && text.AsSpan(4).IndexOfAnyExceptInRange('0', '9') < 0 ? text : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string HintOf(string code) => Enum.GetValues<ValidationReason>().FirstOrDefault(reason => ReasonText.Code(reason) == code) is var known and not ValidationReason.None
        ? ReasonText.Hint(known) : "";
}
