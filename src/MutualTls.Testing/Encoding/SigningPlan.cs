namespace MutualTls.Testing.Encoding;

/// <summary>How a to-be-signed structure becomes a signed one, and what goes wrong on the way. Certificates and CRLs share it.</summary>
internal sealed class SigningPlan
{
    private readonly List<Func<byte[], byte[]>> _tbsMutations = [];
    private readonly List<Func<byte[], byte[]>> _derMutations = [];

    public TestSignatureKind? Kind { get; set; }

    public bool Tampered { get; set; }

    public bool WrongKey { get; set; }

    public bool AlgorithmsDiffer { get; set; }

    public void MutateTbs(Func<byte[], byte[]> mutation) => _tbsMutations.Add(mutation);

    public void MutateDer(Func<byte[], byte[]> mutation) => _derMutations.Add(mutation);

    /// <summary>Writes SEQUENCE { tbs, signatureAlgorithm, signatureValue }, as RFC 5280 4.1 and 5.1 share it.</summary>
    /// <param name="signer">The issuer's key.</param>
    /// <param name="writeTbs">Writes the inner part, given the AlgorithmIdentifier to repeat in it.</param>
    public byte[] Sign(TestKey signer, Func<byte[], byte[]> writeTbs)
    {
        TestSignatureKind kind = Kind ?? signer.DefaultSignatureKind;
        SignatureAlgorithm algorithm = SignatureAlgorithm.Of(kind);
        byte[] tbs = writeTbs((AlgorithmsDiffer ? algorithm.Other() : algorithm).Identifier());
        tbs = _tbsMutations.Aggregate(tbs, (bytes, mutate) => mutate(bytes));

        byte[] signature = (WrongKey ? signer.GenerateAlike() : signer).Sign(tbs, kind);
        if (Tampered)
        {
            signature[^1] ^= 1;
        }

        // Put together by hand: a mutated inner part need not be DER any more.
        byte[] signatureValue = Der.Write(writer => writer.WriteBitString(signature));
        byte[] der = Der.Tlv(0x30, [.. tbs, .. algorithm.Identifier(), .. signatureValue]);
        return _derMutations.Aggregate(der, (bytes, mutate) => mutate(bytes));
    }
}
