namespace MutualTls.Policies.Pins;

/// <summary>Says what becomes of a peer whose path has no pinned key.</summary>
public enum PinMode
{
    /// <summary>It is refused.</summary>
    Enforce,

    /// <summary>It is let in, and the verdict carries a warning: for trying pins out.</summary>
    ReportOnly,
}
