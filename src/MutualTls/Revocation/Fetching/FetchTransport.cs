using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace MutualTls.Revocation.Fetching;

/// <summary>Makes one try at a fetch: requests and redirects, with addresses and sizes checked.</summary>
/// <remarks>
/// An https URL is fetched with the trust of the operating system and without revocation of its own, which could go round in circles; a server that does not send its
/// intermediates is not trusted, since looking for them would be a fetch of its own. What comes is signed anyway.
/// </remarks>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class FetchTransport : IDisposable
{
    /// <summary>What is said of a URL that <see cref="IsFetchable"/> refuses.</summary>
    public const string OnlyHttp = "only absolute URLs of http and https without credentials are fetched";

    private const int FirstBuffer = 1 << 20;

    // How many of the longest CRLs may be read at once, in memory.
    private const int LongestAtOnce = 16;

    private readonly FetchOptions _options;
    private readonly Func<IPAddress, bool> _isAllowed;
    private readonly HttpMessageInvoker _http;

    // Connections of their own for where redirects lead: one host must not take those that another one's answers come by.
    private readonly HttpMessageInvoker _redirected;
    private readonly FetchRoom _room;
    private int _sending;

    public FetchTransport(FetchOptions options, Func<IPAddress, bool> isAllowed)
    {
        _options = options;
        _isAllowed = isAllowed;
        _room = new FetchRoom((long)LongestAtOnce * options.MaxCrlBytes);
        _http = Make();
        _redirected = Make();
    }

    /// <summary>Gets how many requests are on their way.</summary>
    public int Sending => Volatile.Read(ref _sending);

    public void Dispose()
    {
        _http.Dispose();
        _redirected.Dispose();
    }

    /// <summary>Tells whether a URL may be fetched at all: http or https, without credentials.</summary>
    public static bool IsFetchable(Uri url) =>
        url.IsAbsoluteUri && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) && url.UserInfo.Length == 0 && url.IdnHost.Length > 0;

    /// <summary>Fetches; whatever goes wrong is a result, and only giving up throws.</summary>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public async Task<FetchResult> SendAsync(FetchRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _sending);
        try
        {
            return await FollowAsync(request, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // What a host sends, and how HTTP fails over it, is data; a connect that times out looks like giving up, too.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            cancellationToken.ThrowIfCancellationRequested();
            return RefusalIn(exception) is { } refusal
                ? new FetchResult(FetchOutcome.AddressRefused, refusal.Message)
                : new FetchResult(FetchOutcome.Unreachable, $"{request.Url.IdnHost}: {exception.Message}");
        }
        finally
        {
            Interlocked.Decrement(ref _sending);
        }
    }

    private async Task<FetchResult> FollowAsync(FetchRequest request, CancellationToken cancellationToken)
    {
        Uri url = request.Url;
        for (int redirects = 0; ; redirects++)
        {
            if (!IsFetchable(url))
            {
                return new FetchResult(redirects == 0 ? FetchOutcome.UrlRefused : FetchOutcome.RedirectRefused, OnlyHttp);
            }

            // A proxy connects for us, so what can be told from the URL alone is told here.
            if (_options.Proxy is not null && IPAddress.TryParse(url.IdnHost, out IPAddress? literal))
            {
                ThrowIfRefused(url.IdnHost, [literal]);
            }

            using HttpRequestMessage message = Message(request, url);
            using HttpResponseMessage response = await (redirects == 0 ? _http : _redirected).SendAsync(message, cancellationToken).ConfigureAwait(false);
            if (Redirect(response, request.Body is null) is not { } target)
            {
                return await ReadAsync(request, response, cancellationToken).ConfigureAwait(false);
            }

            Uri next = new(url, target);
            if (redirects == _options.MaxRedirects || (url.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps))
            {
                return new FetchResult(FetchOutcome.RedirectRefused, redirects == _options.MaxRedirects ? $"more than {redirects} redirects" : "a redirect away from https");
            }

            url = next;
        }
    }

    private static HttpRequestMessage Message(FetchRequest request, Uri url)
    {
        HttpRequestMessage message = new(request.Body is null ? HttpMethod.Get : HttpMethod.Post, url);
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(request.Accept));
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("*/*", 0.5));
        if (request.Body is { } body)
        {
            message.Content = new ReadOnlyMemoryContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.ContentType);
        }

        if (request.Tag.EntityTag is { } tag)
        {
            message.Headers.TryAddWithoutValidation("If-None-Match", tag);
        }

        message.Headers.IfModifiedSince = request.Tag.LastModified;
        return message;
    }

    // RFC 9110 section 15.4: what was posted may be posted again only after 307 and 308.
    private static Uri? Redirect(HttpResponseMessage response, bool isGet) => response.StatusCode switch
    {
        HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther when isGet => response.Headers.Location,
        HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect => response.Headers.Location,
        _ => null,
    };

    private async Task<FetchResult> ReadAsync(FetchRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode == HttpStatusCode.NotModified && request.Tag != default)
        {
            return new FetchResult(FetchOutcome.NotModified) { Tag = request.Tag };
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            return new FetchResult(FetchOutcome.HttpError, $"HTTP status {(int)response.StatusCode}") { HttpStatus = (int)response.StatusCode };
        }

        if (response.Content.Headers.ContentLength > request.MaxBytes)
        {
            return new FetchResult(FetchOutcome.TooLarge, $"{response.Content.Headers.ContentLength} bytes, limit {request.MaxBytes}");
        }

        long taken = 0;
        Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            try
            {
                // A length that is told costs nothing to tell: no more is set aside for it than this before octets come.
                byte[] buffer = [];
                long wanted = Math.Min(Math.Min(request.MaxBytes, FirstBuffer), response.Content.Headers.ContentLength ?? 16 * 1024) + 1;
                for (int length = 0; ;)
                {
                    if (length == buffer.Length)
                    {
                        if (!_room.TryTake(request.Asker, wanted - buffer.Length))
                        {
                            return new FetchResult(FetchOutcome.Busy, "too much is being read");
                        }

                        taken = wanted;
                        Array.Resize(ref buffer, (int)wanted);
                        wanted = Math.Min(request.MaxBytes + 1L, wanted * 2);
                    }

                    int read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
                    length += read;
                    if (length > request.MaxBytes)
                    {
                        return new FetchResult(FetchOutcome.TooLarge, $"more than {request.MaxBytes} bytes");
                    }

                    if (read == 0)
                    {
                        FetchTag tag = new(response.Headers.ETag?.ToString(), response.Content.Headers.LastModified);
                        return new FetchResult(FetchOutcome.Answered) { Body = buffer.AsMemory(0, length), Tag = tag, HttpStatus = 200 };
                    }
                }
            }
            finally
            {
                _room.Give(request.Asker, taken);
            }
        }
    }

    private HttpMessageInvoker Make() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = _options.Proxy is not null,
        Proxy = _options.Proxy is null ? null : new WebProxy(_options.Proxy),
        Credentials = null,
        ActivityHeadersPropagator = null,
        AutomaticDecompression = DecompressionMethods.None,
        MaxResponseHeadersLength = 16,

        // Requests at a time are limited before they come here, for each branch of askers; this is for some branches together.
        MaxConnectionsPerServer = _options.MaxRequestsPerHost * 4,
        ConnectTimeout = TimeSpan.FromSeconds(15),

        // So that a host that moves is found again.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20),
        ConnectCallback = ConnectAsync,

        // The platform's chain building must not fetch either: what a server shows has been verified by nobody.
        SslOptions = { CertificateChainPolicy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true } },
    });

    // The one place where connections are made: each redirect comes by here too.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        DnsEndPoint endPoint = context.DnsEndPoint;
        IPAddress[] addresses = IPAddress.TryParse(endPoint.Host, out IPAddress? literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(endPoint.Host, cancellationToken).ConfigureAwait(false);
        if (_options.Proxy is null)
        {
            addresses = ThrowIfRefused(endPoint.Host, addresses);
        }

        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, endPoint.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private IPAddress[] ThrowIfRefused(string host, IPAddress[] addresses)
    {
        IPAddress[] allowed = [.. addresses.Where(_isAllowed)];
        return allowed.Length > 0 ? allowed : throw new AddressRefusedException(
            addresses.Length == 0 ? $"{host} has no address" : $"{(IPAddress.TryParse(host, out _) ? "" : $"{host} is ")}{addresses[0]}{FetchAddresses.WhyRefused(addresses[0])}");
    }

    private static AddressRefusedException? RefusalIn(Exception? exception)
    {
        while (exception is not (null or AddressRefusedException))
        {
            exception = exception.InnerException;
        }

        return exception as AddressRefusedException;
    }

    // Carries the refusal through HttpClient; never leaves this class.
    private sealed class AddressRefusedException(string message) : IOException(message);
}
