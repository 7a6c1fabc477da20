using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace MutualTls.Certificates;

/// <summary>The one place where imported keys differ by operating system.</summary>
/// <remarks>
/// OpenSSL allows one unmodified key to be used by many threads (openssl/openssl 16496), so Linux shares it, and its own type verifies
/// without allocating. Elsewhere nothing promises that, so each thread rents a key of its own from a pool that never blocks.
/// </remarks>
internal static class PlatformKeys
{
    public static PlatformKeys<RSA> ImportRsa(byte[] rsaPublicKey) => new(() =>
    {
        RSA key = RSA.Create();
        key.ImportRSAPublicKey(rsaPublicKey, out _);
        return key;
    });

    public static PlatformKeys<ECDsa> ImportEcdsa(PublicKeyAlgorithm algorithm, byte[] point) => new(() =>
    {
        int half = (point.Length - 1) / 2;
        ECParameters parameters = new()
        {
            Curve = algorithm switch
            {
                PublicKeyAlgorithm.EcP256 => ECCurve.NamedCurves.nistP256,
                PublicKeyAlgorithm.EcP384 => ECCurve.NamedCurves.nistP384,
                _ => ECCurve.NamedCurves.nistP521,
            },
            Q = new ECPoint { X = point[1..(half + 1)], Y = point[(half + 1)..] },
        };
        ECDsa key = CreateEcdsa();
        key.ImportParameters(parameters);
        return key;
    });

    public static bool SharesKeys { get; } = OperatingSystem.IsLinux();

    private static ECDsa CreateEcdsa() => OperatingSystem.IsLinux() ? CreateOpenSsl() : ECDsa.Create();

    [SupportedOSPlatform("linux")]
    private static ECDsaOpenSsl CreateOpenSsl() => new();
}

/// <summary>Hands out an imported key for one verification.</summary>
internal sealed class PlatformKeys<TKey>
    where TKey : AsymmetricAlgorithm
{
    private readonly Func<TKey> _import;
    private readonly TKey _first;
    private readonly ConcurrentBag<TKey>? _free;

    public PlatformKeys(Func<TKey> import)
    {
        _import = import;
        _first = import();
        _free = PlatformKeys.SharesKeys ? null : [_first];
    }

    public TKey Rent() => _free is null ? _first : _free.TryTake(out TKey? key) ? key : _import();

    public void Return(TKey key) => _free?.Add(key);
}
