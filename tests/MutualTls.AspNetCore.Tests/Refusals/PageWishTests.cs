using System.Buffers;
using MutualTls.AspNetCore.Refusals;

namespace MutualTls.AspNetCore.Tests.Refusals;

/// <summary>What is a person's request is told from a field block that is not decoded. RFC 7541.</summary>
public class PageWishTests
{
    private const string Huffman = "497CA589D34D1F";

    [Theory]
    [InlineData("5387" + Huffman)]                                  // a literal that enters the table
    [InlineData("0F0487" + Huffman)]                                // one that does not
    [InlineData("1F0487" + Huffman)]                                // one that never may
    [InlineData("53FF05" + Huffman)]                                // a length of 132
    [InlineData("537F05746578742F68746D6C2C")]                      // the same, not compressed
    [InlineData("5309746578742F68746D6C")]
    [InlineData("5309546558542F48546D4C")]                          // without regard to case
    [InlineData("8253534153" + "5387" + Huffman)]                   // behind what looks like the name
    [InlineData("53" + "0953" + "5387" + Huffman)]
    public void IsInBlock_TextHtmlFirst_IsTrue(string block) => Assert.True(IsInBlock(block));

    [Theory]
    [InlineData("")]
    [InlineData("53")]
    [InlineData("53FF")]
    [InlineData("53FFFFFFFFFF")]
    [InlineData("5387497CA589D3")]                                  // cut off
    [InlineData("5387497CA589D34D")]
    [InlineData("5387497CA589D34DFF")]                              // text/htm and something else
    [InlineData("5387" + "1D75D0620D263D4C")]                       // application/json
    [InlineData("53032A2F2A")]
    [InlineData("7A87" + Huffman)]                                  // user-agent
    public void IsInBlock_AnythingElse_IsFalse(string block) => Assert.False(IsInBlock(block));

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n", true)]
    [InlineData("GET / HTTP/1.1\nACCEPT:\t text/html;q=1\n\n", true)]
    [InlineData("GET / HTTP/1.1\r\nAccept: */*\r\nAccept: text/html\r\n\r\n", false)]
    [InlineData("GET / HTTP/1.1\r\nAccept-Language: text/html\r\n\r\n", false)]
    [InlineData("GET / HTTP/1.1\r\nX: Accept: text/html\r\n\r\n", false)]
    [InlineData("GET / HTTP/1.1\r\nAccept:\r\n\r\n", false)]
    [InlineData("GET / HTTP/1.1\r\nAccept", false)]
    public void IsInHead_OfARequest_GoesByTheFirstAccept(string head, bool expected)
    {
        byte[] octets = System.Text.Encoding.ASCII.GetBytes(head);
        Assert.Equal(expected, PageWish.IsInHead(new ReadOnlySequence<byte>(octets)));
    }

    private static bool IsInBlock(string hex) => PageWish.IsInBlock(new ReadOnlySequence<byte>(Convert.FromHexString(hex)));
}
