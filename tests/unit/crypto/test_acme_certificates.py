"""Certificates that hosts show to prove a name: what is read of them."""

from __future__ import annotations

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from strongroom.crypto.acme_certificates import proof_in, serial_in
from strongroom.lib.errors import Tampered

PROOF = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.31")
NOW = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
NAMES = x509.SubjectAlternativeName([x509.DNSName("a.example")])
DIGEST = bytes(range(32))


def shown(*extensions: tuple[x509.ExtensionType, bool]) -> bytes:
    """A certificate with some extensions, and whether they are critical."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, NOW + datetime.timedelta(days=1))
    for value, critical in extensions:
        builder = builder.add_extension(value, critical)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def digest(value: bytes = b"\x04\x20" + DIGEST) -> x509.ExtensionType:
    """The extension with a digest."""
    return x509.UnrecognizedExtension(PROOF, value)


STRANGE = x509.UnrecognizedExtension(x509.SubjectAlternativeName.oid, b"\x30\x02\xa3\x00")
"""Alternative names of a kind that the library doesn't read."""


def twice() -> bytes:
    """A certificate that has an extension twice, which libraries don't make."""
    one, other = x509.ObjectIdentifier("1.2.3.4"), x509.ObjectIdentifier("1.2.3.5")
    more = [(x509.UnrecognizedExtension(each, b"\5\0"), False) for each in (one, other)]
    whole = shown((NAMES, False), (digest(), True), *more)
    assert whole.count(b"\6\3\x2a\3\5") == 1
    return whole.replace(b"\6\3\x2a\3\5", b"\6\3\x2a\3\4")


def test_a_proof() -> None:
    """One name, and a digest in a critical extension."""
    found = proof_in(shown((NAMES, False), (digest(), True)))
    assert (found.kind, found.name, found.digest) == ("dns", "a.example", DIGEST)


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"garbage",
        shown((NAMES, False), (digest(), True))[:-1],
        shown((NAMES, False)),
        shown((digest(), True)),
        shown((NAMES, False), (digest(), False)),
        shown((NAMES, False), (digest(DIGEST), True)),
        shown((NAMES, False), (digest(b"\x04\x1f" + DIGEST[:-1]), True)),
        shown((x509.SubjectAlternativeName([x509.RFC822Name("me@a.example")]), False), (digest(), True)),
        shown((STRANGE, False), (digest(), True)),
        twice(),
    ],
)
def test_no_proof(der: bytes) -> None:
    """Whatever a host shows is told as its fault, and is none of the server's."""
    with pytest.raises(Tampered):
        proof_in(der)


def negative() -> bytes:
    """A certificate whose serial number is negative, which libraries don't make."""
    whole = shown((NAMES, False))
    assert whole.count(b"\xa0\3\2\1\2\2\1\1") == 1
    return whole.replace(b"\xa0\3\2\1\2\2\1\1", b"\xa0\3\2\1\2\2\1\xff")


@pytest.mark.parametrize("der", [b"", b"garbage", negative()])
def test_a_certificate_without_a_serial_number_of_ours(der: bytes) -> None:
    """A client sends it to have it revoked: it is told so, whatever is wrong with it."""
    with pytest.raises(Tampered):
        serial_in(der)


def test_the_serial_number_alone_is_read() -> None:
    """Extensions that can't be read don't matter."""
    assert {serial_in(der) for der in (shown((STRANGE, False)), twice())} == {"01"}
