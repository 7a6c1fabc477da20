using Microsoft.AspNetCore.Authentication;
using MutualTls.AspNetCore.Authentication;
using MutualTls.AspNetCore.Gate;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the authentication scheme.</summary>
public static class MutualTlsAuthenticationBuilderExtensions
{
    /// <summary>Adds the scheme <c>MutualTls</c>: a request is authenticated by the verdict on its connection. Nothing is validated per request.</summary>
    /// <param name="builder">The application's authentication.</param>
    /// <returns>The application's authentication.</returns>
    /// <remarks>It adds what <c>UseMutualTls()</c> of the web host adds to every request: one whose connection is being closed, or whose host is under another policy, is turned away.</remarks>
    public static AuthenticationBuilder AddMutualTls(this AuthenticationBuilder builder) => builder.AddMutualTls(_ => { });

    /// <summary>Adds the scheme <c>MutualTls</c>, with events of the application for example.</summary>
    /// <param name="builder">The application's authentication.</param>
    /// <param name="configure">Changes how.</param>
    /// <returns>The application's authentication.</returns>
    public static AuthenticationBuilder AddMutualTls(this AuthenticationBuilder builder, Action<MutualTlsAuthenticationOptions> configure) =>
        builder.AddMutualTls(MutualTlsDefaults.AuthenticationScheme, configure);

    /// <summary>Adds the scheme by another name.</summary>
    /// <param name="builder">The application's authentication.</param>
    /// <param name="scheme">The name.</param>
    /// <param name="configure">Changes how.</param>
    /// <returns>The application's authentication.</returns>
    public static AuthenticationBuilder AddMutualTls(this AuthenticationBuilder builder, string scheme, Action<MutualTlsAuthenticationOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        RequestGuard.AddTo(builder.Services);
        return builder.AddScheme<MutualTlsAuthenticationOptions, MutualTlsAuthenticationHandler>(scheme, configure);
    }
}
