"""What a re-enrolment may ask for: the subject of the certificate, and no name that it hasn't."""

from __future__ import annotations

import datetime
import ipaddress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from strongroom.crypto.certificates import certificate_of_der
from strongroom.crypto.issuing.est_contents import is_same_subject
from strongroom.crypto.issuing.requests import read_der

KEY = ec.generate_private_key(ec.SECP256R1())
NOW = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
DNS, MAIL = x509.DNSName("a.example"), x509.RFC822Name("me@a.example")
IP, URI = x509.IPAddress(ipaddress.ip_address("192.0.2.1")), x509.UniformResourceIdentifier("a://b")
OTHER = x509.OtherName(x509.ObjectIdentifier("1.2.3"), b"\x0c\x01a")
STRANGE = x509.RegisteredID(x509.ObjectIdentifier("1.2.3"))
ALL = [DNS, MAIL, IP, URI, OTHER]
OTHERS = [
    x509.DNSName("b.example"),
    x509.RFC822Name("you@a.example"),
    x509.IPAddress(ipaddress.ip_address("192.0.2.2")),
    x509.UniformResourceIdentifier("a://c"),
    x509.OtherName(x509.ObjectIdentifier("1.2.3"), b"\x0c\x01b"),
    STRANGE,
]


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def same(wanted: list[x509.GeneralName], had: list[x509.GeneralName], subject: str = "device") -> bool:
    """Whether a request for some names may take the place of a certificate of others, of the subject `device`."""
    csr = x509.CertificateSigningRequestBuilder(_subject(subject))
    made = x509.CertificateBuilder(
        _subject("ca"), _subject("device"), KEY.public_key(), 1, NOW, NOW + datetime.timedelta(days=1)
    )
    if wanted:
        csr = csr.add_extension(x509.SubjectAlternativeName(wanted), critical=False)
    if had:
        made = made.add_extension(x509.SubjectAlternativeName(had), critical=False)
    der = serialization.Encoding.DER
    return is_same_subject(
        read_der(csr.sign(KEY, hashes.SHA256()).public_bytes(der)),
        certificate_of_der(made.sign(KEY, hashes.SHA256()).public_bytes(der)),
    )


@pytest.mark.parametrize(("wanted", "had"), [([], []), ([], ALL), (ALL, ALL), *[([each], ALL) for each in ALL]])
def test_the_same_names_or_fewer(wanted: list[x509.GeneralName], had: list[x509.GeneralName]) -> None:
    """They are the certificate's."""
    assert same(wanted, had)


@pytest.mark.parametrize(
    ("wanted", "had"),
    [*[([each], []) for each in (*ALL, STRANGE)], *[([*ALL, each], ALL) for each in OTHERS], ([STRANGE], [STRANGE])],
)
def test_more_names(wanted: list[x509.GeneralName], had: list[x509.GeneralName]) -> None:
    """One of each kind; and none of a kind that nobody judges."""
    assert not same(wanted, had)


def test_another_subject() -> None:
    """Whatever its names."""
    assert not same([], [], "other")
    assert not same(ALL, ALL, "other")
