using MutualTls.AspNetCore.Endpoints;

namespace MutualTls.AspNetCore.Gate;

/// <summary>Says what holds for the whole web host.</summary>
internal sealed class RequestGuardRules
{
    /// <summary>Gets or sets how every endpoint serves that says nothing of its own; null if it need not have mutual TLS.</summary>
    public MutualTlsEndpointOptions? EveryEndpoint { get; set; }
}
