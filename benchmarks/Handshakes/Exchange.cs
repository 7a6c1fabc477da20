namespace MutualTls.Handshakes;

/// <summary>One GET and its answer, the same for every server; nginx speaks HTTP.</summary>
internal static class Exchange
{
    private static readonly byte[] Request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray();
    private static readonly byte[] Response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"u8.ToArray();

    /// <summary>Reads the request, which comes in one piece, and answers.</summary>
    public static async Task AnswerAsync(Stream stream)
    {
        await stream.ReadAtLeastAsync(new byte[Request.Length], Request.Length);
        await stream.WriteAsync(Response);
    }

    /// <summary>The same on this thread.</summary>
    public static void Answer(Stream stream)
    {
        stream.ReadAtLeast(new byte[Request.Length], Request.Length);
        stream.Write(Response);
    }

    /// <summary>Asks, reads until the server has said all, and gets whether that was an answer.</summary>
    public static async Task<bool> AskAsync(Stream stream)
    {
        await stream.WriteAsync(Request);
        byte[] answer = new byte[1024];
        int length = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false);
        return answer.AsSpan(0, length).StartsWith("HTTP/1.1 200"u8);
    }
}
