using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Certificates;
using MutualTls.Findings;
using MutualTls.Paths;

namespace MutualTls.Policies;

/// <summary>Holds what a peer presented: its own certificate first, the others in any order.</summary>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class PresentedChain
{
    /// <summary>The most that a TLS message can hold. RFC 8446 section 4.4.2.</summary>
    private const int MaxLength = (1 << 24) - 1;

    // An end-entity and two intermediates lie in the object itself: a look-up among many peers waits for memory, and each object more is a wait more.
    private readonly Few _few;
    private readonly ReadOnlyMemory<byte>[]? _many;

    /// <summary>Takes certificates as DER.</summary>
    /// <param name="certificates">The end-entity's first; empty if the peer presented none. Read where they lie: they must not change afterwards.</param>
    public PresentedChain(params IEnumerable<ReadOnlyMemory<byte>> certificates)
    {
        ArgumentNullException.ThrowIfNull(certificates);
        ReadOnlyMemory<byte>[] all = [.. certificates];
        Count = all.Length;
        if (all.Length > Few.Length)
        {
            _many = all;
            return;
        }

        for (int i = 0; i < all.Length; i++)
        {
            _few[i] = all[i];
        }
    }

    /// <summary>Gets the chain of a peer that presented no certificate.</summary>
    public static PresentedChain None { get; } = new();

    /// <summary>Gets how many certificates were presented.</summary>
    public int Count { get; }

    internal ReadOnlySpan<ReadOnlyMemory<byte>> Certificates => _many ?? ((ReadOnlySpan<ReadOnlyMemory<byte>>)_few)[..Count];

    /// <summary>Gets the end-entity as it was read before, by whoever presents again what was judged once; null if it has to be read.</summary>
    internal ParsedCertificate? ReadBefore { get; init; }

    internal ReadOnlyMemory<byte> EndEntity => Count == 0 ? default : Certificates[0];

    /// <summary>Takes the certificate that <see cref="System.Net.Security.SslStream"/> hands out, and what came with it.</summary>
    /// <param name="endEntity">The peer's own certificate, or null if it presented none.</param>
    /// <param name="others">The other certificates; may hold the end-entity's again.</param>
    /// <returns>The chain; the certificates may be disposed afterwards.</returns>
    public static PresentedChain From(X509Certificate2? endEntity, X509Certificate2Collection? others = null)
    {
        if (endEntity is null)
        {
            return None;
        }

        ReadOnlyMemory<byte> first = endEntity.RawDataMemory;
        List<ReadOnlyMemory<byte>> all = [first];
        foreach (X509Certificate2 other in others ?? [])
        {
            ReadOnlyMemory<byte> der = other.RawDataMemory;
            if (!der.Span.SequenceEqual(first.Span))
            {
                all.Add(der);
            }
        }

        return new PresentedChain(all);
    }

    /// <summary>Reads the end-entity, and of the others those that can be read: junk among them changes nothing.</summary>
    internal bool TryRead(CandidatePool pool, [NotNullWhen(true)] out ParsedCertificate? endEntity, out ParsedCertificate[] others, out Finding finding)
    {
        endEntity = null;
        others = [];
        if (Count == 0)
        {
            finding = new Finding(ValidationReason.CertificateMissing);
            return false;
        }

        if (Count > PathBudget.MaxPresented)
        {
            finding = new Finding(
                ValidationReason.TooManyCertificates, Detail: string.Create(CultureInfo.InvariantCulture, $"{Count}, limit {PathBudget.MaxPresented}"));
            return false;
        }

        // What is read must be bounded in all, not only each on its own.
        long octets = 0;
        foreach (ReadOnlyMemory<byte> der in Certificates)
        {
            octets += der.Length;
        }

        if (octets > MaxLength)
        {
            finding = new Finding(
                ValidationReason.CertificateTooLarge, Detail: string.Create(CultureInfo.InvariantCulture, $"{octets} bytes in all, limit {MaxLength}"));
            return false;
        }

        finding = default;
        endEntity = ReadBefore;
        if (endEntity is null && !CertificateParser.TryParse(Certificates[0], out endEntity, out finding))
        {
            finding = finding with { Depth = 0 };
            return false;
        }

        if (Count > 1)
        {
            others = ReadOthers(pool);
        }

        return true;
    }

    private ParsedCertificate[] ReadOthers(CandidatePool pool)
    {
        ParsedCertificate[] read = new ParsedCertificate[Count - 1];
        int count = 0;
        foreach (ReadOnlyMemory<byte> der in Certificates[1..])
        {
            // One that was on a verified path before is known with its imported key.
            if (pool.Recognize(der.Span) is { } known)
            {
                read[count++] = known;
            }
            else if (CertificateParser.TryParse(der, out ParsedCertificate? certificate, out _))
            {
                read[count++] = certificate;
            }
        }

        return count == read.Length ? read : read[..count];
    }

    [InlineArray(Length)]
    private struct Few
    {
        public const int Length = 3;

        private ReadOnlyMemory<byte> _first;
    }
}
