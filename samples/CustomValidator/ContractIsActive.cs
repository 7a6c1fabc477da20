using System.Collections.Concurrent;
using MutualTls.Policies;

namespace CustomValidator;

// <snippet custom-validator>
/// <summary>Lets in partners that have a contract. It can refuse; it cannot let in whom the policy refuses.</summary>
internal sealed class ContractIsActive(ConcurrentDictionary<string, bool> contracts) : IPeerValidator
{
    public string Name => "contract";

    public ValueTask ValidateAsync(PeerValidationContext context, CancellationToken cancellationToken)
    {
        string partner = context.Identity.SpiffeId?.ToString() ?? "nobody";
        if (!contracts.TryGetValue(partner, out bool active))
        {
            context.Refuse($"{partner} has no contract");
        }
        else if (!active)
        {
            context.Refuse($"the contract of {partner} has ended");
        }

        return ValueTask.CompletedTask;
    }
}
// </snippet>
