"""Certificates against those that the library's builder makes of the same."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from strongroom.crypto.issuing import certificates, private_keys
from strongroom.crypto.issuing.certificates import LATEST, Authority
from strongroom.crypto.issuing.contents import Access, Draft, NameConstraints, Names, Policy, Raw, Subject
from strongroom.crypto.issuing.private_keys import PrivateKey
from strongroom.crypto.issuing.signing import scheme
from strongroom.lib.errors import InvalidRequest

SERIAL = 2**158 + 1
FROM, UNTIL = 1_700_000_000, 2_600_000_000  # in 2023 and 2052, where another type of time begins
PLAIN = Draft(serial=SERIAL, public=b"", not_before=FROM, not_after=UNTIL, subject=Subject(common_name="a.example.com"))
FULL = Draft(
    serial=1,
    public=b"",
    not_before=-631_152_000,
    not_after=LATEST + 5,
    subject=Subject(country=("CH",), organization=("Zürich", "B"), common_name="a*"),
    names=Names(dns=("a.example.com",), emails=("a@example.com",), ips=("192.0.2.1", "2001:db8::1"), uris=("a:b",)),
    key_usage=("digital_signature", "key_cert_sign"),
    ext_key_usage=("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"),
    basic_constraints="authority",
    path_length=3,
    policies=(Policy(oid="1.2.3", notice="read me", cps="https://cps.example.com"),),
    constraints=NameConstraints(permitted_dns=("example.com",), excluded_ips=("10.0.0.0/8",)),
    access=Access(
        issuing_certificates=("http://ca",),
        ocsp_servers=("http://ocsp",),
        crl_distribution_points=("http://crl",),
        delta_crl_distribution_points=("http://delta",),
    ),
    others=(Raw("1.2.3.4.5", critical=True, value=b"\x05\x00"),),
)


def extensions_of_full(own: bytes, authority: bytes) -> list[tuple[x509.ExtensionType, bool]]:
    """What `FULL` says, in the library's terms."""
    uri = x509.UniformResourceIdentifier
    access = AuthorityInformationAccessOID
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    names: list[x509.GeneralName] = [x509.DNSName("a.example.com"), x509.RFC822Name("a@example.com")]
    names += [x509.IPAddress(ipaddress.ip_address(each)) for each in ("192.0.2.1", "2001:db8::1")]
    notice = x509.PolicyInformation(
        x509.ObjectIdentifier("1.2.3"), ["https://cps.example.com", x509.UserNotice(None, "read me")]
    )
    return [
        (usage, True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), False),
        (x509.BasicConstraints(ca=True, path_length=3), True),
        (x509.SubjectKeyIdentifier(own), False),
        (x509.AuthorityKeyIdentifier(authority, None, None), False),
        (
            x509.AuthorityInformationAccess(
                [
                    x509.AccessDescription(access.OCSP, uri("http://ocsp")),
                    x509.AccessDescription(access.CA_ISSUERS, uri("http://ca")),
                ]
            ),
            False,
        ),
        (x509.SubjectAlternativeName([*names, uri("a:b")]), False),
        (x509.CertificatePolicies([notice]), False),
        (
            x509.NameConstraints([x509.DNSName("example.com")], [x509.IPAddress(ipaddress.ip_network("10.0.0.0/8"))]),
            True,
        ),
        (x509.CRLDistributionPoints([x509.DistributionPoint([uri("http://crl")], None, None, None)]), False),
        (x509.FreshestCRL([x509.DistributionPoint([uri("http://delta")], None, None, None)]), False),
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00"), True),
    ]


def built(draft: Draft, subject: x509.Name, issuer: x509.Name, found: list[tuple[x509.ExtensionType, bool]]) -> bytes:
    """What the library makes of it, signed by Ed25519: always the same signature."""
    key = serialization.load_der_public_key(draft.public)
    assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey)
    builder = x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=key,
        serial_number=draft.serial,
        not_valid_before=datetime.fromtimestamp(draft.not_before, UTC).replace(tzinfo=None),
        not_valid_after=datetime.fromtimestamp(min(draft.not_after, LATEST), UTC).replace(tzinfo=None),
        extensions=[x509.Extension(value.oid, critical, value) for value, critical in found],
    )
    return builder.sign(SIGNER, None).public_bytes(serialization.Encoding.DER)


SIGNER = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
ROOT = private_keys.of(SIGNER)


def authority(key: PrivateKey = ROOT) -> Authority:
    """An issuer of that key."""
    draft = replace(PLAIN, key.public)
    return Authority.load(certificates.self_signed(draft, key, scheme(key)), key)


def replace(draft: Draft, public: bytes) -> Draft:
    """The draft for another key."""
    return Draft(**{name: getattr(draft, name) for name in draft.__struct_fields__} | {"public": public})


@pytest.mark.parametrize(("type_", "bits"), [("rsa", 2048), ("ec", 224), ("ec", 256), ("ec", 521), ("ed25519", 0)])
def test_the_bytes_are_those_of_the_library(type_: str, bits: int) -> None:
    """A certificate with nearly nothing, and one with everything, are the library's to the last byte."""
    public = private_keys.generate(type_, bits).public
    issuer = authority()
    own = x509.SubjectKeyIdentifier.from_public_key(issuer.certificate.public_key()).digest
    assert issuer.key_id == own
    key = serialization.load_der_public_key(public)
    assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey)
    key_id = x509.SubjectKeyIdentifier.from_public_key(key).digest
    plain, full = replace(PLAIN, public), replace(FULL, public)
    few: list[tuple[x509.ExtensionType, bool]] = [
        (x509.SubjectKeyIdentifier(key_id), False),
        (x509.AuthorityKeyIdentifier(own, None, None), False),
    ]
    named = x509.load_der_x509_certificate(certificates.signed(plain, issuer, scheme(ROOT))).subject
    assert named.rfc4514_string() == "CN=a.example.com"
    assert certificates.signed(plain, issuer, scheme(ROOT)) == built(plain, named, issuer.certificate.subject, few)
    made = certificates.signed(full, issuer, scheme(ROOT))
    subject = x509.load_der_x509_certificate(made).subject
    assert [each.value for each in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)] == ["B", "Zürich"]
    assert made == built(full, subject, issuer.certificate.subject, extensions_of_full(key_id, own))


@pytest.mark.parametrize(
    ("type_", "bits", "signature_bits", "pss", "hash_"),
    [
        ("rsa", 2048, 0, False, hashes.SHA256()),
        ("rsa", 2048, 512, False, hashes.SHA512()),
        ("rsa", 2048, 384, True, hashes.SHA384()),
        ("ec", 224, 0, False, hashes.SHA256()),
        ("ec", 384, 0, False, hashes.SHA384()),
        ("ec", 521, 0, False, hashes.SHA512()),
        ("ed25519", 0, 0, False, None),
    ],
)
def test_signatures_are_valid(
    type_: str, bits: int, signature_bits: int, pss: bool, hash_: hashes.HashAlgorithm | None
) -> None:
    """The library finds each kind of signature valid, and the hash function and padding that were asked for."""
    key = private_keys.generate(type_, bits)
    issuer = authority(key)
    made = certificates.signed(replace(PLAIN, ROOT.public), issuer, scheme(key, signature_bits, pss=pss))
    read = x509.load_der_x509_certificate(made)
    read.verify_directly_issued_by(issuer.certificate)
    issuer.certificate.verify_directly_issued_by(issuer.certificate)
    found = read.signature_hash_algorithm
    assert (found.name if found else None) == (hash_.name if hash_ else None)
    parameters = read.signature_algorithm_parameters
    assert isinstance(parameters, padding.PSS) == pss
    if isinstance(parameters, padding.PSS) and hash_ is not None:
        assert parameters._salt_length == hash_.digest_size


def test_a_time_before_1950_is_refused() -> None:
    """Two digits of a year would say another century."""
    draft = Draft(serial=1, public=ROOT.public, not_before=-631_152_001, not_after=UNTIL)
    with pytest.raises(InvalidRequest, match="1950"):
        certificates.self_signed(draft, ROOT, scheme(ROOT))


def test_an_extension_that_comes_twice_is_refused() -> None:
    """One of a request that the draft has already, or has twice, makes no certificate."""
    for others in (
        (Raw("2.5.29.14", critical=False, value=b"\x04\x00"),),
        (Raw("1.2.3", critical=False, value=b""),) * 2,
    ):
        draft = Draft(serial=1, public=ROOT.public, not_before=FROM, not_after=UNTIL, others=others)
        with pytest.raises(InvalidRequest, match="twice"):
            certificates.self_signed(draft, ROOT, scheme(ROOT))
