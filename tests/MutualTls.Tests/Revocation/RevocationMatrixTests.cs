using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Revocation;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Revocation;

/// <summary>
/// Promises P2 and P3: every fault of a source, in every order of sources and every mode, has one stated outcome and one reason.
/// The table says the reason by fault and source; the mode says the outcome.
/// </summary>
public class RevocationMatrixTests(RevocationMatrix matrix) : IClassFixture<RevocationMatrix>
{
    public static TheoryData<MatrixRow> Rows => [.. RevocationMatrix.Rows];

    [Fact]
    public void Matrix_Rows_AreAllFaultsByAllSourcesByAllModes()
    {
        Assert.Equal(Enum.GetValues<MutualTls.Testing.TestRevocationFault>().Length * Enum.GetValues<MatrixSource>().Length * Enum.GetValues<MatrixMode>().Length, RevocationMatrix.Rows.Distinct().Count());
        Assert.InRange(RevocationMatrix.Rows.Count, 120, int.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task JudgeAsync_Fault_HasItsOutcomeAndReason(MatrixRow row)
    {
        MatrixAnswer answer = await matrix.AnswerAsync(row).WaitAsync(Pair.Stop);
        PeerVerdict verdict = answer.Verdict;
        (ValidationReason reason, bool refused) = RevocationMatrix.Expected(row);
        string told = $"{verdict}; {verdict.Revocation[0]}";

        Assert.True(refused == (verdict.Outcome == VerdictOutcome.Refused), told);
        Assert.True(!refused == verdict.IsAccepted, told);
        if (reason == ValidationReason.None)
        {
            Assert.True(verdict.Revocation[0].Status == RevocationStatus.Good, told);
            Assert.Empty(verdict.Warnings);
            return;
        }

        // Soft-fail is never silent: what would refuse is on the verdict as a warning.
        Assert.True(verdict.Revocation[0].Status == RevocationStatus.Unknown, told);
        Assert.True(reason == (refused ? verdict.Primary!.Value.Reason : Assert.Single(verdict.Warnings).Reason), told);

        // And whoever comes next does not ask again: the failure is remembered.
        Assert.True(answer.Again.Outcome == verdict.Outcome, answer.Again.ToString());
    }
}
