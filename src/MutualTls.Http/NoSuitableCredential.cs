using MutualTls.Connections;

namespace MutualTls.Http;

/// <summary>Says what a server asks for and what we have.</summary>
internal static class NoSuitableCredential
{
    // What a server says is cut to what a person reads.
    private const int MostNames = 10, MostCharacters = 200;

    public static HttpRequestException Error(Uri uri, CredentialSet set, string[] issuers)
    {
        string message = $"The server '{uri.Authority}' asks for a certificate of {Shown(issuers)}. None of ours leads there: "
            + string.Join("; ", set.Credentials.Select(c => $"'{c.Current}' is of {Shown([.. CredentialSet.IssuersOf(c.Current)])}")) + ".";
        return new HttpRequestException(HttpRequestError.SecureConnectionError, message, new MutualTlsException(MutualTlsError.NoSuitableCredential, message));
    }

    private static string Shown(string[] names) =>
        string.Join(" or ", names.Take(MostNames).Select(name => $"'{Shown(name)}'")) + (names.Length > MostNames ? $" or {names.Length - MostNames} others" : "");

    private static string Shown(string name) =>
        string.Create(Math.Min(name.Length, MostCharacters), name, (shown, whole) =>
        {
            for (int i = 0; i < shown.Length; i++)
            {
                shown[i] = char.IsControl(whole[i]) ? '?' : whole[i];
            }
        });
}
