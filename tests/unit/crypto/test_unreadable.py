"""Certificates and requests of which the library can't read a part."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from strongroom.crypto import acme_certificates, certificates
from strongroom.crypto.certified_names import certified_names
from strongroom.crypto.der import element, elements, encoded
from strongroom.crypto.issuing import requests
from strongroom.crypto.issuing.ca_certificates import CaCertificate
from strongroom.lib.errors import InvalidRequest, Tampered

KEY = ec.generate_private_key(ec.SECP256R1())
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a")])

X400 = encoded(0xA3, encoded(0x30, b""))
"""A general name of a kind that nobody uses, and the library doesn't know."""
PARTS = {
    "alternative name": ("2.5.29.17", encoded(0x30, X400)),
    "authority key": ("2.5.29.35", encoded(0x30, encoded(0xA1, X400) + encoded(0x82, b"\x05"))),
    "name constraint": ("2.5.29.30", encoded(0x30, encoded(0xA0, encoded(0x30, X400)))),
    "distribution point": ("2.5.29.31", encoded(0x30, encoded(0x30, encoded(0xA0, encoded(0xA0, X400))))),
    "no DER": ("2.5.29.17", b"\xff"),
    "address of five bytes": ("2.5.29.17", encoded(0x30, encoded(0x87, b"12345"))),
}


def _certificate(oid: str, value: bytes) -> bytes:
    times = (datetime.datetime(2026, 1, 1), datetime.datetime(2027, 1, 1))  # noqa: DTZ001
    builder = x509.CertificateBuilder(NAME, NAME, KEY.public_key(), 5, *times)
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value)
    made = builder.add_extension(extension, critical=False).sign(KEY, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.DER)


def _with_serial_number(content: bytes) -> bytes:
    tbs, *rest = elements(element(_certificate("1.2.3", b""))[1])
    version, _, *more = elements(tbs[1])
    parts = (version, (0x02, content), *more)
    whole = (encoded(0x30, b"".join(encoded(*each) for each in parts)), *(encoded(*each) for each in rest))
    return encoded(0x30, b"".join(whole))


def _request(oid: str, value: bytes) -> bytes:
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value)
    builder = x509.CertificateSigningRequestBuilder(NAME).add_extension(extension, critical=False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize(("oid", "value"), PARTS.values(), ids=PARTS)
@pytest.mark.parametrize(
    ("read", "make"),
    [
        (CaCertificate.load, _certificate),
        (certificates.certificate_of_der, _certificate),
        (acme_certificates.proof_in, _certificate),
        (requests.read_der, _request),
    ],
)
def test_what_can_not_be_read_is_refused(
    read: Callable[[bytes], object], make: Callable[[str, bytes], bytes], oid: str, value: bytes
) -> None:
    """It is a fault of who sent it, whatever the library calls it."""
    with pytest.raises((InvalidRequest, Tampered)):
        read(make(oid, value))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (_certificate("1.2.3", bytes(32 * 1024)), "longer than"),
        (b"", "cannot be read"),
        (b"\x30\x00", "cannot be read"),
        (_with_serial_number(b"\xff"), "negative serial number"),
    ],
)
def test_serial_numbers_that_anybody_may_have_sent(data: bytes, text: str) -> None:
    """What is no certificate of this server is refused before more of it is read."""
    with pytest.raises(Tampered, match=text):
        acme_certificates.serial_in(data)


def test_the_serial_number_is_read_alone() -> None:
    """Extensions may take long to read, and only what is stored here counts anyway."""
    assert acme_certificates.serial_in(_certificate(*PARTS["no DER"])) == "05"


def test_a_certificate_with_unreadable_names_has_none_that_a_client_could_prove() -> None:
    """So no account revokes it by its names."""
    assert certified_names(_certificate(*PARTS["alternative name"])) == ()
