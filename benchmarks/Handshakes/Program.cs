using MutualTls.Handshakes;
using MutualTls.Handshakes.Servers;
using MutualTls.Handshakes.Starting;

return args switch
{
    [ServerProcess.Command, { } folder] => ServerProcess.Serve(folder),
    [StartServer.Command, { } folder, { } kind] => await StartServer.ServeAsync(folder, Enum.Parse<StartKind>(kind)),
    _ => await HandshakeCommand.Make(args).Parse(args).InvokeAsync(),
};
