using MutualTls.Credentials;
using MutualTls.Findings;
using MutualTls.Testing;

namespace Quickstart;

/// <summary>Describes a handshake that must be refused, and by whom.</summary>
/// <param name="Title">What is wrong.</param>
/// <param name="Expected">The reason that must be given.</param>
/// <param name="Client">What the client presents; null for no certificate at all.</param>
/// <param name="Server">What the server presents; null for its good certificate.</param>
internal sealed record Refusal(string Title, ValidationReason Expected, LocalCredential? Client, LocalCredential? Server = null)
{
    public static IEnumerable<Refusal> All(ExamplePki pki, LocalCredential good)
    {
        TestCertificateAuthority issuing = pki.Issuing;
        TestCertificateAuthority stranger = TestCertificateAuthority.CreateRoot("Somebody Else's Root CA").IssueIntermediate("Somebody Else's Issuing CA");

        yield return new("the client has no certificate", ValidationReason.CertificateMissing, null);
        yield return new(
            "the client's certificate has expired", ValidationReason.NotAfterPassed,
            ExamplePki.Enrol("Client", "client.example", TestOids.ClientAuthentication, issuing, c => c.Expired()));
        yield return new(
            "the client's certificate is from an unknown root", ValidationReason.IssuerUnknown,
            ExamplePki.Enrol("Client", "client.example", TestOids.ClientAuthentication, stranger));
        yield return new(
            "the client's certificate is for servers only", ValidationReason.PurposeNotAllowed,
            ExamplePki.Enrol("Client", "client.example", TestOids.ServerAuthentication, issuing));
        yield return new(
            "the server's certificate has another name", ValidationReason.NameMismatch, good,
            ExamplePki.Enrol("Server", "other.example", TestOids.ServerAuthentication, issuing));
        yield return new(
            "the client's certificate was changed after signing", ValidationReason.SignatureInvalid,
            ExamplePki.Enrol("Client", "client.example", TestOids.ClientAuthentication, pki.Root, c => c.SignatureTampered()));
    }
}
