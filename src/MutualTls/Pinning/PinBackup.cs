namespace MutualTls.Pinning;

/// <summary>Says whether a pin set needs a second pin, for the day on which the pinned key is lost or must be replaced.</summary>
public enum PinBackup
{
    /// <summary>Two different pins at least, one of a key that is kept in reserve.</summary>
    Required,

    /// <summary>One pin will do; losing its key locks every peer out until the pins are changed everywhere.</summary>
    Waived,
}
