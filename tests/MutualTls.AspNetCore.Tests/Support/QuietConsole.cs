using MutualTls.AspNetCore.Tests.Support;

[assembly: AssemblyFixture(typeof(QuietConsole))]

namespace MutualTls.AspNetCore.Tests.Support;

/// <summary>Keeps what documented applications log off the console, where it would bury what tests say.</summary>
public sealed class QuietConsole
{
    public QuietConsole() => Environment.SetEnvironmentVariable("Logging__Console__LogLevel__Default", "None");
}
