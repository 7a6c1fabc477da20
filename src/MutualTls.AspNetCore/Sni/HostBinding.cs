using System.Net.Security;
using MutualTls.AspNetCore.Endpoints;
using MutualTls.Connections;
using MutualTls.Credentials;

namespace MutualTls.AspNetCore.Sni;

/// <summary>What is presented and demanded under one server name, ready for use.</summary>
/// <threadsafety>Safe from any thread.</threadsafety>
internal sealed class HostBinding
{
    private readonly HintedCredential? _hinted;

    private HostBinding(MutualTlsServerOptions server, MutualTlsHostOptions told)
    {
        Server = server;
        PolicyName = told.Policy;
        OnRefused = told.OnRefused;
        _hinted = told.IssuerHints == IssuerHints.TrustAnchors ? new HintedCredential(server) : null;
    }

    public MutualTlsServerOptions Server { get; }

    public string PolicyName { get; }

    public RefusalAction OnRefused { get; }

    /// <summary>Makes the binding, or adds what is wrong to <paramref name="errors"/>.</summary>
    public static HostBinding? Create(MutualTlsHostOptions told, MutualTlsEndpoints registered, string where, List<string> errors)
    {
        int before = errors.Count;
        Try(() => registered.Credential(told.Credential), $"{where}: {nameof(told.Credential)}", errors);
        Try(() => registered.Policy(told.Policy), $"{where}: {nameof(told.Policy)}", errors);
        if (!Enum.IsDefined(told.OnRefused))
        {
            errors.Add($"{where}: {nameof(told.OnRefused)}: {told.OnRefused} is neither Close nor Answer403.");
        }

        if (!Enum.IsDefined(told.IssuerHints))
        {
            errors.Add($"{where}: {nameof(told.IssuerHints)}: {told.IssuerHints} is neither None nor TrustAnchors.");
        }

        if (errors.Count > before)
        {
            return null;
        }

        HostBinding binding = new(registered.ServerOptions(told.Credential, told.Policy), told);
        Try(() => binding.ContextOf(binding.Server.Credential.Current), $"{where}: {nameof(told.IssuerHints)}", errors);
        return errors.Count > before ? null : binding;
    }

    /// <summary>Gets what SslStream presents, if it is more than the credential alone.</summary>
    public SslStreamCertificateContext? ContextOf(LocalCredential credential) => _hinted?.ContextOf(credential);

    private static void Try(Func<object?> make, string what, List<string> errors)
    {
        try
        {
            make();
        }
        catch (Exception exception) when (exception is InvalidOperationException or MutualTlsConfigurationException or PlatformNotSupportedException)
        {
            errors.Add($"{what}: {exception.Message}");
        }
    }
}
