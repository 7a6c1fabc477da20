using MutualTls.Certificates;
using MutualTls.Policies;

namespace MutualTls.Connections;

/// <summary>Keeps of what a peer presented only what its verdict does not hold already, and puts both together again.</summary>
internal static class OtherCertificates
{
    /// <summary>Gets what was presented beside the path, or beside the end-entity if there is no path; null if nothing.</summary>
    public static ReadOnlyMemory<byte>[]? Of(PeerVerdict verdict, PresentedChain presented)
    {
        List<ReadOnlyMemory<byte>>? others = null;
        foreach (ReadOnlyMemory<byte> certificate in presented.Certificates)
        {
            if (!IsHeld(verdict, certificate.Span))
            {
                (others ??= []).Add(certificate);
            }
        }

        return others?.ToArray();
    }

    /// <summary>Gets all of it, the end-entity's first.</summary>
    public static PresentedChain Join(PeerVerdict verdict, ReadOnlyMemory<byte>[]? others)
    {
        List<ReadOnlyMemory<byte>> all = [];
        if (verdict.Path is { } path)
        {
            foreach (ParsedCertificate certificate in path.Span)
            {
                all.Add(certificate.Der);
            }
        }
        else if (verdict.EndEntity is { } endEntity)
        {
            all.Add(endEntity.Der);
        }

        all.AddRange(others ?? []);
        return all.Count == 0 ? PresentedChain.None : new PresentedChain(all) { ReadBefore = verdict.Path?.EndEntity ?? verdict.EndEntity };
    }

    private static bool IsHeld(PeerVerdict verdict, ReadOnlySpan<byte> certificate)
    {
        if (verdict.Path is null)
        {
            return verdict.EndEntity is { } endEntity && endEntity.Bytes.SequenceEqual(certificate);
        }

        foreach (ParsedCertificate held in verdict.Path.Span)
        {
            if (held.Bytes.SequenceEqual(certificate))
            {
                return true;
            }
        }

        return false;
    }
}
