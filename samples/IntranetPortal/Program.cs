using IntranetPortal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

// --port 9443 for another port, --folder PATH for files that stay.
IConfiguration told = new ConfigurationBuilder().AddCommandLine(args).Build();
int port = told.GetValue("port", 8443);

Acme acme = new();
using Handout handout = Handout.Write(acme, told["folder"]);
try
{
    await using WebApplication portal = await Portal.StartAsync(acme, port);
    Console.WriteLine(Instructions.For(handout, port));
    await portal.WaitForShutdownAsync();
    return 0;
}
catch (IOException exception) when (exception.InnerException is AddressInUseException)
{
    Console.Error.WriteLine($"Port {port} is in use. Choose another: --port {(port == 9443 ? 8443 : 9443)}");
    return 1;
}
