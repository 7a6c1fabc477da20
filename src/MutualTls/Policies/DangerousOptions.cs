namespace MutualTls.Policies;

/// <summary>Holds what weakens a policy. Each use is logged when a policy is taken into use, wherever there is a log: by <c>AddMutualTls</c>, a listener, a connection or an engine.</summary>
public sealed class DangerousOptions
{
    /// <summary>Gets or sets whether a server's certificate may have any name, as long as its path is valid.</summary>
    /// <value>The default is <see langword="false"/>. With it, whoever holds any server certificate of the trusted CAs can pose as the server.</value>
    public bool AcceptAnyServerName { get; set; }

    /// <summary>Gets or sets whether clients are judged and logged, but refused by nobody: for a rollout that wants to see first.</summary>
    /// <value>The default is <see langword="false"/>. With it, anyone may connect; a refused client is not authenticated, feeds no memory, and is worth nothing downstream. Servers are refused all the same.</value>
    public bool AuditOnly { get; set; }

    internal IEnumerable<string> InUse()
    {
        if (AuditOnly)
        {
            yield return nameof(AuditOnly);
        }

        if (AcceptAnyServerName)
        {
            yield return nameof(AcceptAnyServerName);
        }
    }
}
