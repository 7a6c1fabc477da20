namespace MutualTls.Testing;

/// <summary>Makes a whole PKI in one call: a root, an intermediate, a server and a client.</summary>
/// <remarks>Everything is new each time; nothing is written to a certificate store, and to disk only by <see cref="WritePem"/>. <rfc>5280 4.2</rfc></remarks>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class TestPki
{
    /// <summary>Makes the PKI.</summary>
    /// <param name="options">What to change; null for nothing.</param>
    /// <exception cref="ArgumentException">A signature kind asked for does not fit the issuer's key.</exception>
    /// <exception cref="InvalidOperationException">A defect names an extension that is not there.</exception>
    public TestPki(TestPkiOptions? options = null)
    {
        options ??= new TestPkiOptions();
        TimeProvider = options.TimeProvider;
        Root = TestCertificateAuthority.CreateRoot(name: null, WithKey(options.Root), options.TimeProvider);
        Issuing = Root.IssueIntermediate(name: null, WithKey(options.Intermediate));
        Server = Issuing.IssueServer("localhost", WithKey(spec =>
        {
            spec.WithSan(names => names.Dns("localhost").Ip("127.0.0.1").Ip("::1"));
            options.Server?.Invoke(spec);
        }));
        Client = Issuing.IssueClient("client.test", WithKey(options.Client));

        Action<TestCertificateSpec> WithKey(Action<TestCertificateSpec>? configure) => spec =>
        {
            spec.WithKey(options.KeyKind);
            configure?.Invoke(spec);
        };
    }

    /// <summary>Gets the root: the trust anchor.</summary>
    public TestCertificateAuthority Root { get; }

    /// <summary>Gets the intermediate, which issued <see cref="Server"/> and <see cref="Client"/>.</summary>
    public TestCertificateAuthority Issuing { get; }

    /// <summary>Gets the server's certificate, for <c>localhost</c>, <c>127.0.0.1</c> and <c>::1</c>.</summary>
    public TestCertificate Server { get; }

    /// <summary>Gets the client's certificate, with the DNS name <c>client.test</c>.</summary>
    public TestCertificate Client { get; }

    internal TimeProvider TimeProvider { get; }

    /// <summary>Makes a PKI with something changed: a defect in one certificate, most often.</summary>
    /// <param name="root">What is changed in the root.</param>
    /// <param name="intermediate">What is changed in the intermediate.</param>
    /// <param name="server">What is changed in the server's certificate.</param>
    /// <param name="client">What is changed in the client's certificate.</param>
    /// <param name="timeProvider">The clock that validity is counted by. The default is <see cref="System.TimeProvider.System"/>.</param>
    /// <returns>The PKI.</returns>
    /// <inheritdoc cref="TestPki(TestPkiOptions)" path="/exception"/>
    public static TestPki With(
        Action<TestCertificateSpec>? root = null,
        Action<TestCertificateSpec>? intermediate = null,
        Action<TestCertificateSpec>? server = null,
        Action<TestCertificateSpec>? client = null,
        TimeProvider? timeProvider = null) => new(new TestPkiOptions
        {
            TimeProvider = timeProvider ?? TimeProvider.System,
            Root = root,
            Intermediate = intermediate,
            Server = server,
            Client = client,
        });

    /// <summary>Writes PEM files for programs that want files.</summary>
    /// <param name="directory">Where; made if it is not there.</param>
    /// <exception cref="ArgumentException"><paramref name="directory"/> is null or empty.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <remarks>
    /// <c>root.pem</c> is the trust anchor, without its key; <c>server.pem</c> and <c>client.pem</c> are chains,
    /// <c>server.key.pem</c> and <c>client.key.pem</c> their keys, unencrypted.
    /// </remarks>
    public void WritePem(string directory)
    {
        Server.WritePem(directory, "server");
        Client.WritePem(directory, "client");
        File.WriteAllText(Path.Combine(directory, "root.pem"), Root.ToPem());
    }
}
