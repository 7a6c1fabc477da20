using Microsoft.AspNetCore.Authentication;
using MutualTls.AspNetCore.Forwarded;

namespace MutualTls.AspNetCore.Authentication;

/// <summary>Says how requests are authenticated by the verdict on their connection.</summary>
public sealed class MutualTlsAuthenticationOptions : AuthenticationSchemeOptions
{
    /// <summary>Makes options with the defaults.</summary>
    public MutualTlsAuthenticationOptions() => Events = new MutualTlsAuthenticationEvents();

    /// <summary>Gets or sets whether a certificate that a trusted proxy forwarded is who a request is of. The proxy's own never is.</summary>
    /// <value>The default is <see cref="ForwardedCertificates.Refuse"/>: what comes by a trusted proxy is nobody's.</value>
    public ForwardedCertificates Forwarded { get; set; }

    /// <summary>Gets or sets what the application is told of.</summary>
    /// <value>The default is events that do nothing. With a handler of its own each request has claims that can be changed.</value>
    public new MutualTlsAuthenticationEvents Events
    {
        get => (MutualTlsAuthenticationEvents)base.Events!;
        set => base.Events = value;
    }
}
