namespace MutualTls.Testing;

/// <summary>Says what a <see cref="TestPki"/> is made of.</summary>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed class TestPkiOptions
{
    /// <summary>Gets or sets the clock that validity is counted by.</summary>
    /// <value>The default is <see cref="System.TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Gets or sets the key of every certificate that its own description gives no other.</summary>
    /// <value>The default is <see cref="TestKeyKind.P256"/>.</value>
    public TestKeyKind KeyKind { get; set; } = TestKeyKind.P256;

    /// <summary>Gets or sets what is changed in the root.</summary>
    /// <value>The default is null: nothing.</value>
    public Action<TestCertificateSpec>? Root { get; set; }

    /// <summary>Gets or sets what is changed in the intermediate.</summary>
    /// <value>The default is null: nothing.</value>
    public Action<TestCertificateSpec>? Intermediate { get; set; }

    /// <summary>Gets or sets what is changed in the server's certificate.</summary>
    /// <value>The default is null: nothing.</value>
    public Action<TestCertificateSpec>? Server { get; set; }

    /// <summary>Gets or sets what is changed in the client's certificate.</summary>
    /// <value>The default is null: nothing.</value>
    public Action<TestCertificateSpec>? Client { get; set; }
}
