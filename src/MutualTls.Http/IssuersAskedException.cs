namespace MutualTls.Http;

/// <summary>Ends a handshake in which the server asked for a certificate, before one was sent; tells which it accepts.</summary>
/// <remarks>
/// The runtime presents intermediates only of a credential that is given before the handshake begins, and would build a chain, with downloads, for
/// one that is chosen within it. So where there is a choice, a handshake is begun to hear what is asked for, and another to answer it.
/// </remarks>
#pragma warning disable CA1032 // Thrown in one place, for one reason.
internal sealed class IssuersAskedException(string[] issuers) : Exception("The server asks for a certificate.")
#pragma warning restore CA1032
{
    public string[] Issuers => issuers;

    public static IssuersAskedException? Within(Exception? exception)
    {
        while (exception is not (null or IssuersAskedException))
        {
            exception = exception.InnerException;
        }

        return (IssuersAskedException?)exception;
    }
}
