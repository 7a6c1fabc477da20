namespace MutualTls.AspNetCore.Authentication;

/// <summary>Tells the application of requests that are authenticated, so that it can map them to its users.</summary>
public class MutualTlsAuthenticationEvents
{
    /// <summary>Gets or sets what is called for each request whose client has proved who it is.</summary>
    /// <value>The default is null. What the handler throws fails the request.</value>
    public Func<MutualTlsAuthenticatedContext, Task>? OnAuthenticated { get; set; }

    /// <summary>Is called for each request whose client has proved who it is.</summary>
    /// <param name="context">The verdict and the principal. <c>Fail</c> refuses it; a new <c>Principal</c> takes the place of the old one.</param>
    /// <returns>A task that ends when the application has decided.</returns>
    public virtual Task AuthenticatedAsync(MutualTlsAuthenticatedContext context) => OnAuthenticated?.Invoke(context) ?? Task.CompletedTask;

    /// <summary>Gets whether anybody wants to be told.</summary>
    internal bool AreHandled => OnAuthenticated is not null || GetType() != typeof(MutualTlsAuthenticationEvents);
}
