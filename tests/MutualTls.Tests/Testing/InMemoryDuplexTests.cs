using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Testing;

public class InMemoryDuplexTests
{
    [Fact]
    public async Task Write_EitherEnd_IsReadAtTheOther()
    {
        (Stream client, Stream server) = InMemoryDuplex.CreatePair();
        byte[] read = new byte[4];
        await client.WriteAsync("ping"u8.ToArray(), Pair.Stop);
        await server.ReadExactlyAsync(read, Pair.Stop);
        Assert.Equal("ping"u8.ToArray(), read);
        server.Write("pong"u8);
        client.ReadExactly(read);
        Assert.Equal("pong"u8.ToArray(), read);
    }

    [Fact]
    public async Task Write_CapacityReached_WaitsForTheReader()
    {
        (Stream client, Stream server) = InMemoryDuplex.CreatePair(capacity: 2);
        Task writing = client.WriteAsync(new byte[5], Pair.Stop).AsTask();
        Assert.False(writing.IsCompleted);
        await server.ReadExactlyAsync(new byte[5], Pair.Stop);
        await writing.WaitAsync(TimeSpan.FromMinutes(1), Pair.Stop);
    }

    [Fact]
    public async Task Dispose_OneEnd_OtherReadsTheRestAndThenTheEnd()
    {
        (Stream client, Stream server) = InMemoryDuplex.CreatePair();
        await client.WriteAsync(new byte[1], Pair.Stop);
        await client.DisposeAsync();
        Assert.Equal(1, await server.ReadAsync(new byte[8], Pair.Stop));
        Assert.Equal(0, await server.ReadAsync(new byte[8], Pair.Stop));
        await Assert.ThrowsAsync<IOException>(() => server.WriteAsync(new byte[1], Pair.Stop).AsTask());
    }

    [Fact]
    public async Task Read_Cancelled_Throws()
    {
        (Stream client, _) = InMemoryDuplex.CreatePair();
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.ReadAsync(new byte[1], stop.Token).AsTask());
    }

    [Fact]
    public void CreatePair_CapacityZero_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => InMemoryDuplex.CreatePair(0));
}
