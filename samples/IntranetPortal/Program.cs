using IntranetPortal;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

// --port 9443 for another port, --folder PATH for files that stay.
IConfiguration told = new ConfigurationBuilder().AddCommandLine(args).Build();
int port = told.GetValue("port", 8443);

Acme acme = new();
using Handout handout = Handout.Write(acme, told["folder"]);
await using WebApplication portal = await Portal.StartAsync(acme, port);
Console.WriteLine(Instructions.For(handout, port));
await portal.WaitForShutdownAsync();
