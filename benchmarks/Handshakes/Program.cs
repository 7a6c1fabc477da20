using MutualTls.Handshakes;
using MutualTls.Handshakes.Servers;

return args switch
{
    [ServerProcess.Command, { } folder] => ServerProcess.Serve(folder),
    _ => await HandshakeCommand.Make(args).Parse(args).InvokeAsync(),
};
