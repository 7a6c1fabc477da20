using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using MutualTls.Revocation.Stores;
using MutualTls.StoreProcess;

// Writes one revision of an answer after another to a folder that it shares with others, and says which, until it is killed: after a minute by itself,
// should the test have died. Arguments: the folder, the key.
FolderStore store = new(args[0], Revision.Limits, TimeProvider.System, NullLogger.Instance);
long start = TimeProvider.System.GetTimestamp();
while (TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromMinutes(1))
{
    StoredAnswer answer = Revision.Make(TimeProvider.System.GetUtcNow());
    await store.WriteAsync(args[1], answer, CancellationToken.None);
    Console.WriteLine(answer.FetchedAt.UtcTicks.ToString(CultureInfo.InvariantCulture));
}
