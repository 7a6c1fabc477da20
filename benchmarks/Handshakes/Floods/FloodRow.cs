namespace MutualTls.Handshakes.Floods;

/// <summary>One row of the table of floods.</summary>
/// <param name="Server">What kind of server.</param>
/// <param name="Flood">Who the others are.</param>
/// <param name="BadPerGood">How many of them come for each known peer.</param>
/// <param name="GoodMicroseconds">The server's processor time of one known peer.</param>
/// <param name="BadMicroseconds">The server's processor time of one of the others.</param>
/// <param name="BadRatio">How many times that is what the others take where a server refuses them without checking anything.</param>
/// <param name="Share">What known peers keep of the processor, of what they would keep if each of the others took no more than there: the median of the rounds.</param>
internal sealed record FloodRow(string Server, string Flood, int BadPerGood, double GoodMicroseconds, double BadMicroseconds, double BadRatio, double Share);
