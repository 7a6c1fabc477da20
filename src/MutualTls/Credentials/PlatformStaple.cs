using System.Net.Security;
using System.Runtime.CompilerServices;

namespace MutualTls.Credentials;

/// <summary>Gives SslStream an OCSP answer to present.</summary>
/// <remarks>
/// .NET has no public way to. Its own, an "online" context, fetches by itself and presents answers that say revoked or are not signed, so these fields are set instead;
/// docs/adr/0012 has what was measured. They belong to the runtime: should one be gone or of another type, nothing is set, and the credential's state says so.
/// </remarks>
internal static class PlatformStaple
{
    /// <summary>Makes it possible that connections with this certificate present an answer later; to be called before the first.</summary>
    /// <remarks>What they share (SSL_CTX) is made by the first of them, with a place for an answer or without.</remarks>
    public static void TryPrepare(SslStreamCertificateContext context)
    {
        if (OperatingSystem.IsLinux())
        {
            try
            {
                Responders(context) ??= [];
            }
            catch (MissingFieldException)
            {
                // Told when there is an answer to attach.
            }
        }
    }

    /// <summary>Attaches an answer to a context that no handshake uses yet.</summary>
    /// <returns>False if this runtime has no place for it.</returns>
    public static bool TryAttach(SslStreamCertificateContext context, ReadOnlyMemory<byte> answer)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            // All of them are found before one is changed.
            ref byte[]? response = ref Response(context);
            ref DateTimeOffset expiration = ref Expiration(context), nextDownload = ref NextDownload(context);
            ref bool forbidden = ref IsForbidden(context);
            ref List<string>? responders = ref Responders(context);

            // Past its expiration the runtime would fetch. When it is over is the credential's to see.
            expiration = nextDownload = DateTimeOffset.MaxValue;
            responders ??= [];
            response = answer.ToArray();
            forbidden = false;
            return true;
        }
        catch (MissingFieldException)
        {
            return false;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_ocspResponse")]
    private static extern ref byte[]? Response(SslStreamCertificateContext context);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_ocspExpiration")]
    private static extern ref DateTimeOffset Expiration(SslStreamCertificateContext context);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_nextDownload")]
    private static extern ref DateTimeOffset NextDownload(SslStreamCertificateContext context);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_staplingForbidden")]
    private static extern ref bool IsForbidden(SslStreamCertificateContext context);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_ocspUrls")]
    private static extern ref List<string>? Responders(SslStreamCertificateContext context);
}
