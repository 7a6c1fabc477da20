namespace MutualTls.Policies;

/// <summary>Holds what weakens a policy. Each use is logged when the policy is compiled.</summary>
public sealed class DangerousOptions
{
    /// <summary>Gets or sets whether a server's certificate may have any name, as long as its path is valid.</summary>
    /// <value>The default is <see langword="false"/>. With it, whoever holds any server certificate of the trusted CAs can pose as the server.</value>
    public bool AcceptAnyServerName { get; set; }

    internal IEnumerable<string> InUse()
    {
        if (AcceptAnyServerName)
        {
            yield return nameof(AcceptAnyServerName);
        }
    }
}
