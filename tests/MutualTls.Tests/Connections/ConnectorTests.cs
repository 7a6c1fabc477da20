using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MutualTls.Connections;
using MutualTls.Testing;
using MutualTls.Tests.Support;

namespace MutualTls.Tests.Connections;

public class ConnectorTests
{
    [Fact]
    public async Task Dial_NobodyListens_SaysWhereTo()
    {
        // Bound, so that nobody else listens there either.
        using Socket silent = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)silent.LocalEndPoint!).Port;

        SocketException refused = await Assert.ThrowsAsync<SocketException>(() => MutualTlsConnector.DialAsync(port, Pair.Client(new TestPki(), host: "127.0.0.1"), Pair.Stop));

        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        Assert.Contains("'127.0.0.1', port " + port.ToString(CultureInfo.InvariantCulture), refused.Message, StringComparison.Ordinal);
    }
}
