namespace MutualTls.AspNetCore.Endpoints;

/// <summary>Says what is presented and demanded under one server name, or under all others.</summary>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed class MutualTlsHostOptions
{
    /// <summary>Makes them.</summary>
    /// <param name="credential">The name of what is presented, as registered with <c>AddMutualTls</c>.</param>
    /// <param name="policy">The name of what is demanded of clients.</param>
    /// <exception cref="ArgumentException">A name is empty.</exception>
    public MutualTlsHostOptions(string credential, string policy)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(credential);
        ArgumentException.ThrowIfNullOrWhiteSpace(policy);
        Credential = credential;
        Policy = policy;
    }

    /// <summary>Gets the name of what is presented.</summary>
    public string Credential { get; }

    /// <summary>Gets the name of what is demanded of clients.</summary>
    public string Policy { get; }

    /// <summary>Gets or sets what a refused client is told.</summary>
    /// <value>The default is <see cref="RefusalAction.Close"/>.</value>
    public RefusalAction OnRefused { get; set; }

    /// <summary>Gets or sets whether the handshake names the authorities whose certificates are wanted.</summary>
    /// <value>The default is <see cref="IssuerHints.None"/>.</value>
    public IssuerHints IssuerHints { get; set; }
}
