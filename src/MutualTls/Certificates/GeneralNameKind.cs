namespace MutualTls.Certificates;

/// <summary>Names the form of a name in a certificate. RFC 5280 section 4.2.1.6.</summary>
public enum GeneralNameKind
{
    /// <summary>A form of its own, named by an OID.</summary>
    OtherName = 0,

    /// <summary>An email address. RFC 5280 calls it rfc822Name.</summary>
    Email = 1,

    /// <summary>A DNS name.</summary>
    Dns = 2,

    /// <summary>An X.400 address.</summary>
    X400Address = 3,

    /// <summary>A distinguished name.</summary>
    DirectoryName = 4,

    /// <summary>An EDI party name.</summary>
    EdiPartyName = 5,

    /// <summary>A URI.</summary>
    Uri = 6,

    /// <summary>An IP address: 4 or 16 octets.</summary>
    IpAddress = 7,

    /// <summary>A registered OBJECT IDENTIFIER.</summary>
    RegisteredId = 8,
}
