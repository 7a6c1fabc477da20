namespace MutualTls.Testing.Encoding;

/// <summary>How a to-be-signed structure becomes a signed one, and what goes wrong on the way. Certificates, CRLs and OCSP answers share it.</summary>
internal sealed class SigningPlan
{
    private readonly List<Func<byte[], byte[]>> _tbsMutations = [];
    private readonly List<Func<byte[], byte[]>> _derMutations = [];

    public TestSignatureKind? Kind { get; set; }

    public bool Tampered { get; set; }

    public bool Unsigned { get; set; }

    public bool WrongKey { get; set; }

    public bool AlgorithmsDiffer { get; set; }

    public bool UnknownAlgorithm { get; set; }

    public void MutateTbs(Func<byte[], byte[]> mutation) => _tbsMutations.Add(mutation);

    public void MutateDer(Func<byte[], byte[]> mutation) => _derMutations.Add(mutation);

    /// <summary>Writes SEQUENCE { tbs, signatureAlgorithm, signatureValue }, as RFC 5280 4.1 and 5.1 and RFC 6960 4.2.1 share it.</summary>
    /// <param name="signer">The issuer's key.</param>
    /// <param name="writeTbs">Writes the inner part, given the AlgorithmIdentifier to repeat in it.</param>
    /// <param name="rest">What follows the signature: encoded, and not signed.</param>
    public byte[] Sign(TestKey signer, Func<byte[], byte[]> writeTbs, ReadOnlySpan<byte> rest = default)
    {
        TestSignatureKind kind = Kind ?? signer.DefaultSignatureKind;
        SignatureAlgorithm algorithm = SignatureAlgorithm.Of(kind);
        byte[] outer = UnknownAlgorithm ? SignatureAlgorithm.UnknownIdentifier() : algorithm.Identifier();
        byte[] tbs = writeTbs(AlgorithmsDiffer ? algorithm.Other().Identifier() : outer);
        tbs = _tbsMutations.Aggregate(tbs, (bytes, mutate) => mutate(bytes));

        byte[] signature = Unsigned ? [] : (WrongKey ? signer.GenerateAlike() : signer).Sign(tbs, kind);
        if (Tampered && !Unsigned)
        {
            signature[^1] ^= 1;
        }

        // Put together by hand: a mutated inner part need not be DER any more.
        byte[] signatureValue = Der.Write(writer => writer.WriteBitString(signature));
        byte[] der = Der.Tlv(0x30, [.. tbs, .. outer, .. signatureValue, .. rest]);
        return _derMutations.Aggregate(der, (bytes, mutate) => mutate(bytes));
    }
}
