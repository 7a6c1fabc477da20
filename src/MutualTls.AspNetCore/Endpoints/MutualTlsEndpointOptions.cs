namespace MutualTls.AspNetCore.Endpoints;

/// <summary>Says how one endpoint of Kestrel serves: by which policy under which server name, and how long a connection may take until it is judged.</summary>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed class MutualTlsEndpointOptions
{
    /// <summary>Gets or sets what holds for clients that send no server name, or one that is not among <see cref="Hosts"/>.</summary>
    /// <value>The default is null: they are refused.</value>
    public MutualTlsHostOptions? Default { get; set; }

    /// <summary>Gets what holds under which server name (SNI).</summary>
    /// <value>
    /// By host name: <c>api.example</c>, or <c>*.example</c> for exactly one more label. An exact name goes before a wildcard; case and one dot at the end do not count;
    /// a request whose host is under another policy than its connection is answered 421. The default is none.
    /// </value>
    public IDictionary<string, MutualTlsHostOptions> Hosts { get; } = new Dictionary<string, MutualTlsHostOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets or sets how long the TLS handshake may take.</summary>
    /// <value>More than zero, at most one day. The default is 10 seconds.</value>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets how long the verdict may take after the handshake: revocation answers that are fetched, the application's validators.</summary>
    /// <value>More than zero, at most one day. The default is 10 seconds.</value>
    public TimeSpan GateTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets where the options were read; errors begin with it.</summary>
    internal string? Origin { get; set; }

    /// <summary>Says what holds under one server name.</summary>
    /// <param name="host">A host name, or <c>*.</c> and a domain for exactly one more label.</param>
    /// <param name="credential">The name of what is presented.</param>
    /// <param name="policy">The name of what is demanded of clients.</param>
    /// <param name="configure">Changes the rest; null for the defaults.</param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentException">A name is empty, or the host is there already.</exception>
    public MutualTlsEndpointOptions AddHost(string host, string credential, string policy, Action<MutualTlsHostOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(host);
        MutualTlsHostOptions options = new(credential, policy);
        configure?.Invoke(options);
        Hosts.Add(host, options);
        return this;
    }

    /// <summary>Says what holds under all other server names, and without any.</summary>
    /// <param name="credential">The name of what is presented.</param>
    /// <param name="policy">The name of what is demanded of clients.</param>
    /// <param name="configure">Changes the rest; null for the defaults.</param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentException">A name is empty.</exception>
    public MutualTlsEndpointOptions Otherwise(string credential, string policy, Action<MutualTlsHostOptions>? configure = null)
    {
        Default = new MutualTlsHostOptions(credential, policy);
        configure?.Invoke(Default);
        return this;
    }
}
