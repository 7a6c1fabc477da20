namespace MutualTls.AspNetCore.Forwarded;

/// <summary>Says whose word about the certificates of other clients is taken, in which form, and which policy judges them.</summary>
/// <threadsafety>Not safe for use by several threads at once.</threadsafety>
public sealed class MutualTlsForwardingOptions
{
    /// <summary>Gets or sets the name of the policy that judges forwarded certificates, as registered with <c>AddMutualTls</c>.</summary>
    /// <value>The default is null, which is not valid.</value>
    public string? Policy { get; set; }

    /// <summary>Gets or sets the form that the proxy forwards in.</summary>
    /// <value>The default is <see cref="ForwardedFormat.Rfc9440"/>.</value>
    public ForwardedFormat Format { get; set; }

    /// <summary>Gets or sets the header that holds the certificate.</summary>
    /// <value>The default is null: the one of the form.</value>
    public string? HeaderName { get; set; }

    /// <summary>Gets the policies that make a trusted hop of who passed them: the proxy has proved to one of these who it is.</summary>
    /// <value>The default is none.</value>
    public IList<string> HopPolicies { get; } = [];

    /// <summary>Gets the networks whose every host is a trusted hop, whatever it proves.</summary>
    /// <value>Addresses or networks such as <c>10.1.2.0/24</c>, of the other end of the TCP connection. The default is none.</value>
    public IList<string> HopNetworks { get; } = [];

    /// <summary>Gets the Unix sockets of this application whose every client is a trusted hop.</summary>
    /// <value>Absolute paths, as given to <c>ListenUnixSocket</c>. The default is none.</value>
    public IList<string> HopSockets { get; } = [];

    /// <summary>Gets or sets how long the verdict on a forwarded certificate may take; a request that waits longer is answered 503.</summary>
    /// <value>More than zero, at most one day. The default is 10 seconds.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}
