using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using MutualTls.Certificates;
using MutualTls.Policies;

namespace IntranetPortal;

/// <summary>All that the page shows of one visit.</summary>
public sealed record Visit(Visitor Visitor, Explanation Why, Timing Timing, IReadOnlyList<string> Connection)
{
    // <snippet portal-explain>
    internal static async Task<Visit> OfAsync(HttpContext context, PeerPolicyEngine engine, Acme acme)
    {
        Visitor visitor = Visitor.Of(context);
        PresentedChain presented = new(visitor.Verdict.Path!.Certificates.Select(certificate => certificate.Der));
        Explanation why = await engine.ExplainAsync(visitor.Verdict.Policy, PeerRole.Client, presented, cancellationToken: context.RequestAborted);
        return new Visit(visitor, why, Timing.Measure(engine, visitor.Verdict.Policy, acme.Demand, presented), Describe(context));
    }
    // </snippet>

    public IReadOnlyList<ParsedCertificate> Chain => Visitor.Verdict.Path!.Certificates;

    private static string[] Describe(HttpContext context)
    {
        ITlsHandshakeFeature tls = context.Features.GetRequiredFeature<ITlsHandshakeFeature>();
        return [tls.Protocol.ToString().Replace("Tls1", "TLS 1.", StringComparison.Ordinal), tls.NegotiatedCipherSuite?.ToString() ?? "", context.Request.Protocol];
    }
}
