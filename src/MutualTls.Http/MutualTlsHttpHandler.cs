using MutualTls.Connections;

namespace MutualTls.Http;

/// <summary>Sends HTTP requests over connections whose server was accepted, and presents our certificate on each.</summary>
/// <remarks>
/// HTTP/1.1 and HTTP/2, direct or through a proxy. The server must have the name of the host in the request's URI, unless the policy identifies it
/// otherwise; a redirect to another host makes another connection, judged by that host's name. <c>http://</c> and HTTP/3 are refused, and so is
/// <see cref="HttpClient.Send(HttpRequestMessage)"/>, which would block a thread.
/// A refusal is an <see cref="HttpRequestException"/> whose inner exception is a <see cref="MutualTlsException"/>: its <see cref="MutualTlsException.Error"/> tells which end refused the other, its verdict why we did.
/// </remarks>
/// <threadsafety>Safe from any thread, for any number of requests at once.</threadsafety>
public sealed class MutualTlsHttpHandler : HttpMessageHandler
{
    private readonly MutualTlsHttpOptions _options;
    private readonly Generations _generations;

    /// <summary>Makes a handler with connections of its own: no other handler's are used, whatever its policy.</summary>
    /// <param name="options">Who we are and whom we accept.</param>
    /// <exception cref="MutualTlsConfigurationException"><see cref="MutualTlsHttpOptions.ConfigureHandler"/> sets what is this library's to set, or the policy audits only, which is for servers.</exception>
    public MutualTlsHttpHandler(MutualTlsHttpOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Policy.Current.AuditOnly)
        {
            throw HandlerSetup.Unusable($"policy '{options.Policy.Current.Name}' has Dangerous.AuditOnly, which is for judging clients; a server is refused or accepted");
        }

        options.Policy.Current.Announce(options.Logger);
        _options = options;
        _generations = new Generations(options);
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        for (int redirects = 0; ; redirects++)
        {
            RequestGuard.Check(request, _options.Policy.Current);
            HttpResponseMessage response = await SendOnceAsync(request, cancellationToken).ConfigureAwait(false);
            if (redirects == _generations.MaxRedirects || !Redirection.TryFollow(request, response))
            {
                return await ResponseNotes.AddAsync(response, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _generations.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Generation generation = _generations.Enter();
        try
        {
            return await generation.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            generation.Exit();
        }
    }
}
