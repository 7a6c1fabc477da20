using Microsoft.Extensions.Time.Testing;
using MutualTls.Diagnostics;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Sources;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation;

public class CrlFollowerTests
{
    // Looked at every five seconds, for days perhaps: what is wrong is told when it begins, when it becomes something else, and when it comes back.
    [Fact]
    public async Task Look_FaultStaysOrChanges_IsToldOnceForEachChange()
    {
        TestPki pki = new();
        FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
        EventRecord<RevocationService> log = new();
        string file = Path.GetTempFileName();
        try
        {
            await using RevocationService service = new(timeProvider: clock, logger: log);
            byte[] good = [.. pki.Issuing.IssueCrl().Der.Span];
            File.WriteAllBytes(file, good);
            PeerPolicy policy = PeerPolicy.Create("partners", p => p.TrustPemText(pki.Root.ToPem()).CheckRevocation(r =>
            {
                r.CrlFiles.Add(file);
                r.Depth = RevocationDepth.EndEntity;
            }));
            Assert.True(new PeerPolicyEngine(clock, revocation: service).Judge(policy, PeerRole.Client, Pair.Presented(pki.Client)).IsAccepted);

            foreach ((byte[] content, int told) in ((byte[], int)[])[([1, 2, 3], 1), ([], 2), ([1, 2, 3], 3), (good, 3), ([], 4)])
            {
                File.WriteAllBytes(file, content);
                for (int i = 0; i < 4; i++)
                {
                    clock.Advance(FileWatch.Interval);
                }

                Assert.Equal(told, log.CountOf(EventIds.CrlFileUnusable));
            }
        }
        finally
        {
            File.Delete(file);
        }
    }
}
