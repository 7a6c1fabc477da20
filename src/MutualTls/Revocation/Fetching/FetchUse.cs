namespace MutualTls.Revocation.Fetching;

/// <summary>Says who has use for an answer, and what becomes of it.</summary>
/// <param name="Accept">Tells whether the answer is of use; called once for all who wait. One that is not is a failure like any other, for the same asker.</param>
/// <param name="Recall">Looks for an answer elsewhere first; called once for all who wait. Null: there is none, and the network is asked.</param>
/// <param name="Asker">On whose behalf.</param>
/// <threadsafety>Safe from any thread, if the delegates are.</threadsafety>
internal sealed record FetchUse(Func<FetchResult, bool> Accept, Func<CancellationToken, Task<FetchResult?>>? Recall = null, FetchAsker Asker = default);

/// <summary>Names on whose behalf is fetched, by hashes: what one authority's certificates make us fetch must not be felt by those of another.</summary>
/// <param name="Authority">The issuer of the certificate in question, under its anchor.</param>
/// <param name="Branch">All authorities below the same certificate of the anchor.</param>
/// <param name="Anchor">All authorities under the same anchor.</param>
internal readonly record struct FetchAsker(ulong Authority, ulong Branch, ulong Anchor);
