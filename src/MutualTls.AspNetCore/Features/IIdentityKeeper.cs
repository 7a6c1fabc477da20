using System.Security.Claims;

namespace MutualTls.AspNetCore.Features;

/// <summary>Keeps, beside the verdict on a connection, the identity that all its requests share.</summary>
/// <threadsafety>Safe from any thread: two requests at once may both set it, and either counts.</threadsafety>
internal interface IIdentityKeeper
{
    /// <summary>Gets or sets what was last made of the verdict; null if nothing was.</summary>
    ClaimsIdentity? Identity { get; set; }
}
