namespace MutualTls.Connections;

/// <summary>Says what it means that a server ended the connection before it sent a byte.</summary>
/// <param name="MeansRefusal">Tells whether an end without an error means that it refused us.</param>
/// <param name="Told">Hears of a refusal before the reader does; null is nobody.</param>
internal sealed record EarlyEnd(Func<bool> MeansRefusal, Action<MutualTlsException>? Told = null);
