namespace MutualTls.Policies.Fitness;

/// <summary>Changes one rule of a preset.</summary>
public enum PresetOverride
{
    /// <summary>As the preset has it.</summary>
    AsPreset,

    /// <summary>Such a certificate is accepted.</summary>
    Accept,

    /// <summary>Such a certificate is refused.</summary>
    Refuse,
}
