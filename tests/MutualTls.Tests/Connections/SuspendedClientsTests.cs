using System.Net;
using MutualTls.Connections;
using MutualTls.Credentials;
using MutualTls.Testing;

namespace MutualTls.Tests.Connections;

/// <summary>Each test has a table of its own: that of the process holds what other tests have learnt, and a flood would push it out.</summary>
public class SuspendedClientsTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UtcNow;

    private readonly LocalCredential _credential = new TestPki().Server.ToCredential();

    [Fact]
    public void Add_FloodOfAddresses_IsBoundedAndTheLatestIsThere()
    {
        SuspendedClients suspended = new(capacity: 100);
        for (int i = 1; i <= 1_000; i++)
        {
            Add(suspended, i);
            Assert.True(suspended.Has(_credential, At(i), s_now));
        }

        Assert.Equal(100, suspended.Count);
    }

    [Fact]
    public void Add_ByManyAtOnce_IsBounded()
    {
        SuspendedClients suspended = new(capacity: 100);
        Parallel.For(1, 20_000, i => Add(suspended, i));

        Assert.Equal(100, suspended.Count);
    }

    [Fact]
    public void Add_SameClientAgainWhileItIsFull_PushesNobodyOut()
    {
        SuspendedClients suspended = new(capacity: 2);
        Add(suspended, 1);
        Add(suspended, 2);
        Add(suspended, 1);
        Add(suspended, 2);

        Assert.True(suspended.Has(_credential, At(1), s_now) && suspended.Has(_credential, At(2), s_now));
    }

    private void Add(SuspendedClients suspended, int address) => suspended.Add(_credential, At(address), s_now.AddHours(2), forIntermediates: true);

    private static IPEndPoint At(int address) => new(new IPAddress(address), 1);
}
