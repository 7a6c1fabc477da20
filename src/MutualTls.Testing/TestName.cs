using System.Formats.Asn1;
using MutualTls.Testing.Encoding;

namespace MutualTls.Testing;

/// <summary>Spells out a distinguished name, attribute by attribute, with the string type of each.</summary>
/// <remarks>Nothing is normalized: what is added is what is written. <rfc>5280 4.1.2.4</rfc></remarks>
/// <threadsafety>Immutable; safe from any thread.</threadsafety>
public sealed class TestName
{
    private readonly byte[] _der;
    private readonly byte[] _rdns;

    private TestName(byte[] rdns)
    {
        _rdns = rdns;
        _der = Der.Tlv(0x30, rdns);
    }

    /// <summary>Gets the name without any attribute.</summary>
    public static TestName Empty { get; } = new([]);

    /// <summary>Gets the name as a DER Name.</summary>
    public ReadOnlyMemory<byte> Encoded => _der;

    /// <summary>Writes the name as text, most specific part first.</summary>
    public override string ToString() => new System.Security.Cryptography.X509Certificates.X500DistinguishedName(_der.ToArray()).Name;

    internal bool IsEmpty => _rdns.Length == 0;

    /// <summary>Starts a name with a common name, as UTF8String.</summary>
    /// <param name="value">The common name.</param>
    /// <returns>The name.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="value"/> is null.</exception>
    public static TestName Cn(string value) => Empty.And(TestOids.CommonName, value);

    /// <summary>Takes a name that is encoded already, as it is.</summary>
    /// <param name="der">A DER Name: the outer tag is SEQUENCE; what is inside is not checked.</param>
    /// <returns>The name.</returns>
    /// <exception cref="AsnContentException"><paramref name="der"/> does not start with a SEQUENCE of a sound length.</exception>
    public static TestName FromDer(ReadOnlySpan<byte> der)
    {
        AsnDecoder.ReadSequence(der, AsnEncodingRules.BER, out int offset, out int length, out _);
        return new TestName(der.Slice(offset, length).ToArray());
    }

    /// <summary>Adds a relative distinguished name of one attribute at the end.</summary>
    /// <param name="oid">The attribute type, such as <see cref="TestOids.Organization"/>.</param>
    /// <param name="value">Its value.</param>
    /// <param name="type">
    /// The string type; by default the one the attribute calls for: PrintableString for country, serial number and qualifier,
    /// IA5String for domain component and e-mail address, UTF8String for all else.
    /// </param>
    /// <returns>The longer name; this one is unchanged.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="oid"/> or <paramref name="value"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="oid"/> is no OID, or <paramref name="type"/> is not a string type.</exception>
    /// <exception cref="System.Text.EncoderFallbackException"><paramref name="value"/> has a character its string type cannot hold.</exception>
    public TestName And(string oid, string value, UniversalTagNumber? type = null) => AndTogether((oid, value, type ?? DefaultType(oid)));

    /// <summary>Adds one relative distinguished name of several attributes at the end.</summary>
    /// <param name="attributes">Attribute type, value and string type of each; they are sorted as DER wants a SET OF.</param>
    /// <returns>The longer name; this one is unchanged.</returns>
    /// <inheritdoc cref="And" path="/exception"/>
    public TestName AndTogether(params (string Oid, string Value, UniversalTagNumber Type)[] attributes)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        byte[] rdn = Der.Write(writer =>
        {
            using (writer.PushSetOf())
            {
                foreach ((string oid, string value, UniversalTagNumber type) in attributes)
                {
                    ArgumentNullException.ThrowIfNull(oid);
                    ArgumentNullException.ThrowIfNull(value);
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier(oid);
                        writer.WriteCharacterString(type, value);
                    }
                }
            }
        });
        return new TestName([.. _rdns, .. rdn]);
    }

    private static UniversalTagNumber DefaultType(string oid) => oid switch
    {
        TestOids.Country or TestOids.SerialNumber or TestOids.DnQualifier => UniversalTagNumber.PrintableString,
        TestOids.DomainComponent or TestOids.EmailAddress => UniversalTagNumber.IA5String,
        _ => UniversalTagNumber.UTF8String,
    };
}
