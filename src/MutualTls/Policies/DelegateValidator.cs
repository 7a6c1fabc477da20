namespace MutualTls.Policies;

/// <summary>Asks a delegate.</summary>
internal sealed class DelegateValidator(string name, Func<PeerValidationContext, CancellationToken, ValueTask> validate) : IPeerValidator
{
    public string Name => name;

    public ValueTask ValidateAsync(PeerValidationContext context, CancellationToken cancellationToken) => validate(context, cancellationToken);
}
