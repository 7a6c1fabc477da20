using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using MutualTls.AspNetCore.Forwarded;
using MutualTls.Policies;
using MutualTls.Testing;

namespace MutualTls.AspNetCore.Tests.Forwarded;

/// <summary>Pitfall 13: what is not exactly of the form is refused, not read in part.</summary>
public class ForwardedReaderTests
{
    private static readonly TestPki s_pki = new();
    private static readonly string s_leaf = Convert.ToBase64String(s_pki.Client.Der.Span), s_issuing = Convert.ToBase64String(s_pki.Issuing.Der.Span);
    private static readonly string s_pem = Uri.EscapeDataString(s_pki.Client.ToPem()), s_chain = Uri.EscapeDataString(s_pki.Client.ToPem() + s_pki.Issuing.ToPem());

    /// <summary>Headers, and how many certificates they hold; 0 if they are malformed.</summary>
    public static TheoryData<ForwardedFormat, string[], string[], int> Headers => new()
    {
        { ForwardedFormat.Rfc9440, [$":{s_leaf}:"], [], 1 },
        { ForwardedFormat.Rfc9440, [$"  :{s_leaf}: "], [], 1 },
        { ForwardedFormat.Rfc9440, [$":{s_leaf}:"], [$":{s_issuing}:"], 2 },
        { ForwardedFormat.Rfc9440, [$":{s_leaf}:"], [$":{s_issuing}:, :{s_issuing}:"], 3 },
        { ForwardedFormat.Rfc9440, [$":{s_leaf}:"], [$":{s_issuing}:", $":{s_issuing}:"], 3 },
        { ForwardedFormat.Rfc9440, [], [$":{s_issuing}:"], 0 },
        { ForwardedFormat.Rfc9440, [$":{s_leaf}:", $":{s_leaf}:"], [], 0 },
        { ForwardedFormat.Rfc9440, [$":{s_leaf}:, :{s_leaf}:"], [], 0 },
        { ForwardedFormat.Rfc9440, [$":{s_leaf}:;a=1"], [], 0 },
        { ForwardedFormat.Rfc9440, [s_leaf], [], 0 },
        { ForwardedFormat.Rfc9440, [$":{s_leaf}"], [], 0 },
        { ForwardedFormat.Rfc9440, ["::"], [], 0 },
        { ForwardedFormat.Rfc9440, [":"], [], 0 },
        { ForwardedFormat.Rfc9440, [""], [], 0 },
        { ForwardedFormat.Rfc9440, [$":{s_leaf[..40]} {s_leaf[40..]}:"], [], 0 },
        { ForwardedFormat.Rfc9440, [$":{s_leaf.Replace('+', '-').Replace('/', '_')}-_:"], [], 0 },
        { ForwardedFormat.Rfc9440, [$":{s_leaf}:"], [""], 0 },
        { ForwardedFormat.Rfc9440, [$":{s_leaf}:"], [$":{s_issuing}:,"], 0 },
        { ForwardedFormat.Rfc9440, [$":{s_leaf}:"], [$":{s_issuing}:;q=1"], 0 },
        { ForwardedFormat.Rfc9440, [$":{new string('A', ForwardedReader.MaxLength)}:"], [], 0 },
        { ForwardedFormat.Rfc9440, [$":{s_leaf}:"], [.. Enumerable.Repeat(":AAAA:", 40)], 0 },
        { ForwardedFormat.Xfcc, [$"Cert=\"{s_pem}\""], [], 1 },
        { ForwardedFormat.Xfcc, [$"By=spiffe://mesh/proxy;Hash=00ff;Cert=\"{s_pem}\";Subject=\"CN=a;b,c\\\"d\";URI=;DNS=x"], [], 1 },
        { ForwardedFormat.Xfcc, [$"Chain=\"{s_chain}\""], [], 2 },
        { ForwardedFormat.Xfcc, [$"cert=\"{s_pem}\";chain=\"{s_chain}\""], [], 2 },
        { ForwardedFormat.Xfcc, [$"Cert=\"{s_pem}\";Chain=\"{Uri.EscapeDataString(s_pki.Issuing.ToPem() + s_pki.Client.ToPem())}\""], [], 0 },
        { ForwardedFormat.Xfcc, [$"Cert=\"{s_chain}\""], [], 0 },
        { ForwardedFormat.Xfcc, [$"Cert=\"{s_pem}\",Cert=\"{s_pem}\""], [], 0 },
        { ForwardedFormat.Xfcc, [$"Cert=\"{s_pem}\";Cert=\"{s_pem}\""], [], 0 },
        { ForwardedFormat.Xfcc, [$"Cert=\"{s_pem}\";"], [], 0 },
        { ForwardedFormat.Xfcc, [$"Cert=\"{s_pem}"], [], 0 },
        { ForwardedFormat.Xfcc, [$"Cert=\"{s_pem}\" ;Hash=1"], [], 0 },
        { ForwardedFormat.Xfcc, ["Hash=00ff;Subject=\"CN=admin\""], [], 0 },
        { ForwardedFormat.Xfcc, ["Cert"], [], 0 },
        { ForwardedFormat.Xfcc, ["=x"], [], 0 },
        { ForwardedFormat.Xfcc, ["Cert=\"\\"], [], 0 },
        { ForwardedFormat.EscapedPem, [s_pem], [], 1 },
        { ForwardedFormat.EscapedPem, [s_chain], [], 2 },
        { ForwardedFormat.EscapedPem, [s_pem + "junk"], [], 0 },
        { ForwardedFormat.EscapedPem, ["junk" + s_pem], [], 0 },
        { ForwardedFormat.EscapedPem, [s_pem + "%"], [], 0 },
        { ForwardedFormat.EscapedPem, [s_pem + "%0"], [], 0 },
        { ForwardedFormat.EscapedPem, [s_pem + "%00"], [], 0 },
        { ForwardedFormat.EscapedPem, [s_pem + "%zz"], [], 0 },
        { ForwardedFormat.EscapedPem, [s_pem.Replace("CERTIFICATE", "PRIVATE%20KEY")], [], 0 },
        { ForwardedFormat.EscapedPem, ["(null)"], [], 0 },
        { ForwardedFormat.AppService, [s_leaf], [], 1 },
        { ForwardedFormat.AppService, [s_leaf, s_leaf], [], 0 },
        { ForwardedFormat.AppService, [$"{s_leaf},{s_leaf}"], [], 0 },
        { ForwardedFormat.AppService, [s_pem], [], 0 },
        { ForwardedFormat.AppService, [s_leaf + " "], [], 0 },
    };

    [Theory]
    [MemberData(nameof(Headers), DisableDiscoveryEnumeration = true)]
    public void Read_Header_IsWholeOrRefused(ForwardedFormat format, string[] header, string[] chain, int count)
    {
        HeaderDictionary headers = [];
        string name = ForwardedHeaders.NameOf(format);
        if (header.Length > 0)
        {
            headers[name] = new StringValues(header);
        }

        if (chain.Length > 0)
        {
            headers[ForwardedHeaders.ClientCertChain] = new StringValues(chain);
        }

        bool isRead = ForwardedReader.TryRead(headers, format, name, out PresentedChain? read);
        Assert.Equal((count > 0, count), (isRead, read?.Count ?? 0));
        if (count > 0)
        {
            Assert.True(read!.EndEntity.Span.SequenceEqual(s_pki.Client.Der.Span));
        }
    }

    [Theory]
    [InlineData(ForwardedFormat.Rfc9440)]
    [InlineData(ForwardedFormat.Xfcc)]
    [InlineData(ForwardedFormat.EscapedPem)]
    [InlineData(ForwardedFormat.AppService)]
    public void Read_NoHeader_IsNobody(ForwardedFormat format)
    {
        Assert.True(ForwardedReader.TryRead(new HeaderDictionary(), format, ForwardedHeaders.NameOf(format), out PresentedChain? chain));
        Assert.Null(chain);
    }
}
