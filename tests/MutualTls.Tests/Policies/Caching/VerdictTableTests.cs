using MutualTls.Policies;
using MutualTls.Policies.Caching;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Policies.Caching;

/// <summary>The table behind the cache, whose slots are shared by neighbours: what was put in is found until it is taken out, and nothing else is.</summary>
public class VerdictTableTests
{
    private const int Peers = 300;

    private static readonly PeerVerdict s_verdict = Pair.JudgeClient(new TestPki());

    // Beside a dictionary. The table is as full as it gets when it is about to grow.
    [Theory]
    [InlineData(51)]
    [InlineData(102)]
    [InlineData(Peers)]
    public void AddAndRemove_InAnyOrder_FindsWhatIsThere(int most)
    {
        Random random = new(most);
        VerdictTable table = new();
        Dictionary<int, CachedVerdict> expected = [];
        for (int step = 0; step < 20_000; step++)
        {
            int number = random.Next(Peers);
            if (expected.Remove(number, out CachedVerdict? entry))
            {
                table.Remove(entry);
                table.Remove(entry);
            }
            else if (expected.Count < most)
            {
                table.Add(expected[number] = EntryFor(number));
            }

            Assert.Equal(expected.Count, table.Count);
            if (step % 100 == 0)
            {
                Assert.All(Enumerable.Range(0, Peers), i => Assert.Same(expected.GetValueOrDefault(i), table.Find(KeyOf(i))));
            }
        }
    }

    [Fact]
    public void FindReplaced_SameKeyOrTooManyOfOneHash_IsThatOrTheOldest()
    {
        VerdictTable table = new();
        CachedVerdict[] alike = [.. Enumerable.Range(0, 3).Select(i => EntryFor(7, sentAlong: (byte)i))];
        Array.ForEach(alike, table.Add);
        table.Add(EntryFor(8));

        Assert.Same(alike[1], table.FindReplaced(KeyOf(7, sentAlong: 1), maxAlike: 4));
        Assert.Null(table.FindReplaced(KeyOf(7, sentAlong: 9), maxAlike: 4));
        Assert.Same(alike[0], table.FindReplaced(KeyOf(7, sentAlong: 9), maxAlike: 3));
        Assert.Null(table.FindReplaced(KeyOf(9), maxAlike: 1));
    }

    // The octets presented lie in the middle of others: as a file of many certificates has them.
    [Fact]
    public void Find_PresentedAsPartOfMore_IsFound()
    {
        VerdictTable table = new();
        PresentedKey part = new(new PresentedChain(new ReadOnlyMemory<byte>([9, 9, .. BitConverter.GetBytes(7), 9]).Slice(2, 4)), PeerRole.Client, expected: null);
        CachedVerdict entry = new(part, [], s_verdict, epoch: 0);
        table.Add(entry);
        Assert.Same(entry, table.Find(part));
        Assert.Same(entry, table.Find(KeyOf(7)));
    }

    private static PresentedKey KeyOf(int number, params byte[] sentAlong) =>
        new(new PresentedChain([BitConverter.GetBytes(number), .. sentAlong.Select(octet => (ReadOnlyMemory<byte>)new[] { octet })]), PeerRole.Client, expected: null);

    private static CachedVerdict EntryFor(int number, params byte[] sentAlong) =>
        new(KeyOf(number, sentAlong), [.. sentAlong.Select(octet => (ReadOnlyMemory<byte>)new[] { octet })], s_verdict, epoch: 0);
}
