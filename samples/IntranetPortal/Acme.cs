using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MutualTls.Policies;
using MutualTls.Testing;

namespace IntranetPortal;

/// <summary>The company: its authorities, one server, two devices of one person. All of it is made anew and good for a week.</summary>
internal sealed class Acme
{
    private readonly TestCertificateAuthority _devices;
    private readonly List<string> _lost = [];

    public Acme()
    {
        // Whoever imports the root lets it vouch for this machine's own names, and for nothing else.
        Root = TestCertificateAuthority.CreateRoot("Acme Root", c => ForAWeek(c).WithNameConstraints(permitted: names => names.Dns("localhost")));
        _devices = Root.IssueIntermediate("Acme Devices CA", c => ForAWeek(c));
        Server = Root.IssueIntermediate("Acme Servers CA", c => ForAWeek(c))
            .IssueServer("localhost", c => ForAWeek(c).WithSan(names => names.Dns("localhost").Dns("portal.localhost")));
        Laptop = Device("LAPTOP-42");
        Phone = Device("PHONE-7");
    }

    public TestCertificateAuthority Root { get; }

    public TestCertificate Server { get; }

    /// <summary>Gets the device that may come in.</summary>
    public TestCertificate Laptop { get; }

    /// <summary>Gets a device of the same person and the same authority that is on no list.</summary>
    public TestCertificate Phone { get; }

    // <snippet portal-policy>
    /// <summary>Says who may come in.</summary>
    public void Demand(PeerPolicyBuilder policy) => policy
        .TrustPemText(Root.ToPem())
        .AllowIssuer("CN=Acme Devices CA")
        .AllowSubject("SERIALNUMBER=LAPTOP-42", "SERIALNUMBER=LAPTOP-43")   // the work devices
        .CheckRevocation(r =>
        {
            r.Crls.Add(Root.IssueCrl().Der);
            r.Crls.Add(RevocationList());
        });
    // </snippet>

    /// <summary>Has the authority revoke a certificate: its next list has it.</summary>
    public void Revoke(string serialNumber)
    {
        lock (_lost)
        {
            _lost.Add(serialNumber);
        }
    }

    /// <summary>Issues the list of the devices that are lost.</summary>
    public ReadOnlyMemory<byte> RevocationList()
    {
        lock (_lost)
        {
            return _devices.IssueCrl(crl => _lost.ForEach(serial => crl.RevokeSerial(Convert.FromHexString(serial), entry => entry.Reason(X509RevocationReason.KeyCompromise)))).Der;
        }
    }

    private TestCertificate Device(string number) => _devices.IssueClient("ada.winter@acme.example", c => ForAWeek(c)
        .WithSubject(TestName.Empty.And(TestOids.Organization, "Acme").And(TestOids.CommonName, "Ada Winter").And(TestOids.SerialNumber, number)));

    private static TestCertificateSpec ForAWeek(TestCertificateSpec certificate) => certificate.Validity(certificate.Now.AddHours(-1), certificate.Now.AddDays(7));
}
