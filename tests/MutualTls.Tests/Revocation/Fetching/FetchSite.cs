using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MutualTls.Paths;
using MutualTls.Revocation.Fetching;
using MutualTls.Revocation.Ocsp;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation.Fetching;

/// <summary>A server, an authority it speaks for, and a fetcher.</summary>
internal sealed class FetchSite : IAsyncDisposable
{
    private readonly OcspIssuer _issuer;

    /// <summary>Sets it up; with a clock that stands unless <paramref name="timeProvider"/> goes.</summary>
    public FetchSite(FetchOptions? options = null, TimeProvider? timeProvider = null, Func<IPAddress, bool>? isAllowed = null)
    {
        Fetcher = new RevocationFetcher(
            options ?? new FetchOptions { LocalAddresses = LocalAddresses.Allowed }, timeProvider ?? Clock, NullLogger.Instance, isAllowed);
        Path = Pair.JudgeClient(Pki).Path!;
        _issuer = OcspIssuer.Of(Path, 0);
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero));

    public TestPki Pki { get; } = new();

    public VerifiedPath Path { get; }

    public TestRevocationServer Server { get; } = TestRevocationServer.Start();

    public RevocationFetcher Fetcher { get; }

    public Uri CrlUrl => new(Server.CrlUrl(Pki.Issuing));

    public Uri OcspUrl => new(Server.OcspUrl(Pki.Issuing));

    public OcspQuestion Question(int? serial = null, OcspNonceMode nonce = OcspNonceMode.Omitted) =>
        new(_issuer, serial is { } number ? new byte[] { 1, (byte)(number >> 8), (byte)number } : Path.EndEntity.SerialNumberBytes.ToArray(), nonce: nonce);

    public Task<FetchResult> CrlAsync(Uri? url = null, Func<FetchResult, bool>? accept = null, FetchTag tag = default) =>
        Fetcher.FetchCrlAsync(url ?? CrlUrl, tag, new FetchUse(accept ?? (_ => true)), Pair.Stop);

    public Task<FetchResult> OcspAsync(OcspQuestion? question = null, Func<FetchResult, bool>? accept = null, Uri? url = null) =>
        Fetcher.AskOcspAsync(url ?? OcspUrl, question ?? Question(), new FetchUse(accept ?? (_ => true)), Pair.Stop);

    /// <summary>Lets the clock go until a task is done; while a request is on its way only with a step given, for what is to run out of time.</summary>
    /// <remarks>A try has its deadline by the same clock, and a busy machine may take longer for an answer than the clock here.</remarks>
    public async Task<T> RunAsync<T>(Task<T> task, TimeSpan? step = null)
    {
        for (int i = 0; i < 20_000 && !task.IsCompleted; i++)
        {
            if (step is not null || Fetcher.Sending == 0)
            {
                Clock.Advance(step ?? TimeSpan.FromMilliseconds(100));
            }

            await Task.Delay(1, Pair.Stop);
        }

        return await task.WaitAsync(TimeSpan.FromMinutes(1), Pair.Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await Fetcher.DisposeAsync();
        await Server.DisposeAsync();
    }
}
