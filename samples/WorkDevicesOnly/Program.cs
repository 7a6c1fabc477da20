using MutualTls.Findings;
using MutualTls.Policies;
using MutualTls.Policies.Lists;
using MutualTls.Sources;
using MutualTls.Testing;
using WorkDevicesOnly;

TestCertificateAuthority root = TestCertificateAuthority.CreateRoot("Acme Root"), devices = root.IssueIntermediate("Acme Devices CA"), users = root.IssueIntermediate("Acme Users CA");
string file = Path.GetTempFileName();
File.WriteAllLines(file, ["LAPTOP-1", "LAPTOP-2"]);
DeviceList list = new(file);
SnapshotSource<CertificateDenyList> stolen = new(CertificateDenyList.Empty);

// <snippet work-devices>
PeerPolicy policy = PeerPolicy.Create("work devices", p => p
    .TrustPemText(root.ToPem())
    .WithoutRevocation()
    .AllowIssuer("CN=Acme Devices CA")
    .AllowNamesFrom(list.Names)
    .DenyFrom(stolen));
// </snippet>
Door door = new(devices.IssueServer("localhost"), root, policy);
TestCertificate first = Device(devices, "LAPTOP-1"), second = Device(devices, "LAPTOP-2"), third = Device(devices, "LAPTOP-3");

Console.WriteLine("The intranet admits devices that the devices CA has issued and that are on the list.");
await door.KnockAsync("laptop 1", first, ValidationReason.None);
await door.KnockAsync("laptop 2", second, ValidationReason.None);
await door.KnockAsync("laptop 3, not on the list", third, ValidationReason.IdentityNotAllowed);
await door.KnockAsync("a user's certificate with a device's number", Device(users, "LAPTOP-1"), ValidationReason.IssuerNotAllowed);
await door.KnockAsync("a CA of the same name elsewhere", Device(TestCertificateAuthority.CreateRoot("Acme Devices CA"), "LAPTOP-1"), ValidationReason.SignatureInvalid);
await door.KnockAsync("a device with two numbers", Device(devices, "LAPTOP-1", "LAPTOP-9"), ValidationReason.IdentityNotAllowed);

Console.WriteLine("Laptop 3 is put on the list, laptop 1 is taken off.");
File.WriteAllLines(file, ["LAPTOP-2", "LAPTOP-3"]);
bool reloaded = list.Reload() is null;
await door.KnockAsync("laptop 3", third, ValidationReason.None);
await door.KnockAsync("laptop 1", first, ValidationReason.IdentityNotAllowed);

Console.WriteLine("Laptop 2 is stolen.");
stolen.Change(CertificateDenyList.Parse($"serial:{Convert.ToHexString(second.SerialNumber.Span)}@CN=Acme Devices CA"));
await door.KnockAsync("laptop 2", second, ValidationReason.CertificateDenied);
await door.KnockAsync("laptop 2 with a new certificate", Device(devices, "LAPTOP-2"), ValidationReason.None);

Console.WriteLine("The list is damaged: the last good one stays.");
File.WriteAllLines(file, ["LAPTOP-2", ""]);
string? damage = list.Reload();
Console.WriteLine($"{(damage is null ? "NOT AS EXPECTED" : "ok")} {damage}");
await door.KnockAsync("laptop 3", third, ValidationReason.None);
File.Delete(file);
return door.AllExpected && reloaded && damage is not null ? 0 : 1;

static TestCertificate Device(TestCertificateAuthority issuer, params string[] serials) => issuer.IssueClient("device", c => c
    .WithSubject(serials.Aggregate(TestName.Cn("device"), (name, serial) => name.And(TestOids.SerialNumber, serial))));
