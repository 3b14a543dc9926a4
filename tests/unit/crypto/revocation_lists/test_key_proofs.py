"""Who can prove to have the key of a certificate."""

from __future__ import annotations

import base64
import contextlib
import datetime
import functools
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import NameOID

from strongroom.crypto.certificates import Certificate, certificate_of_der
from strongroom.crypto.der import encoded
from strongroom.crypto.revocation_lists.key_proofs import belongs_to
from strongroom.lib.errors import InvalidRequest

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey

MAKERS: dict[str, Callable[[], Key]] = {
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
    "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ed448": ed448.Ed448PrivateKey.generate,
}
KINDS = sorted(MAKERS)


@functools.cache
def _dsa() -> dsa.DSAPrivateKey:
    return dsa.generate_private_key(2048)


@functools.cache
def _key(kind: str, which: str = "own") -> Key:
    return MAKERS[kind]()


def _certificate(public: object) -> Certificate:
    signer = _key("ec", "authority")
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a.example.com")])
    times = (datetime.datetime(2026, 1, 1), datetime.datetime(2027, 1, 1))  # noqa: DTZ001
    made = x509.CertificateBuilder(name, name, public, 5, *times).sign(signer, hashes.SHA256())  # type: ignore[arg-type]
    return certificate_of_der(made.public_bytes(serialization.Encoding.DER))


def _pem(key: Key | dsa.DSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _block(label: str, *parts: bytes) -> str:
    content = base64.encodebytes(encoded(0x30, b"".join(parts))).decode()
    return f"-----BEGIN {label}-----\n{content}-----END {label}-----\n"


def _integer(number: int) -> bytes:
    return encoded(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_proves_its_own_certificate_and_no_other(kind: str) -> None:
    """The private key of the certificate's public one counts, another of its kind doesn't."""
    certificate = _certificate(_key(kind).public_key())
    assert belongs_to(_pem(_key(kind)), certificate)
    assert not belongs_to(_pem(_key(kind, "other")), certificate)


@pytest.mark.parametrize(
    ("p", "q", "d"),
    [(3, 5, 12345), (None, 1, 12345), (1, None, 12345), (3, 5, 1), (0, 0, 12345)],
    ids=["small primes", "modulus and 1", "1 and modulus", "d of 1", "none"],
)
def test_a_private_key_of_rsa_that_is_made_up_from_the_public_one_proves_nothing(
    p: int | None, q: int | None, d: int
) -> None:
    """Modulus and exponent stand in the certificate; only who has its primes can give numbers that go with them."""
    public = _key("rsa").public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    numbers = public.public_numbers()
    primes = (numbers.n if each is None else each for each in (p, q))
    made_up = _block("RSA PRIVATE KEY", *map(_integer, (0, numbers.n, numbers.e, d, *primes, 7, 7, 7)))
    with pytest.raises(InvalidRequest, match="don't belong together"):
        belongs_to(made_up, _certificate(public))


def test_a_private_key_of_ec_with_the_public_one_of_another_proves_nothing() -> None:
    """SEC 1 has room for the public key beside the private number."""
    public = _key("ec").public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    point = public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    curve = encoded(0xA0, bytes.fromhex("06082a8648ce3d030107"))
    secret = encoded(0x04, (5).to_bytes(32, "big"))
    made_up = _block("EC PRIVATE KEY", _integer(1), secret, curve, encoded(0xA1, encoded(0x03, b"\0" + point)))
    with pytest.raises(InvalidRequest, match="no unencrypted key"):
        belongs_to(made_up, _certificate(public))


def test_a_private_key_of_ed25519_with_the_public_one_of_another_proves_nothing() -> None:
    """So does RFC 5958."""
    public = _key("ed25519").public_key()
    assert isinstance(public, ed25519.Ed25519PublicKey)
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    algorithm, secret = bytes.fromhex("300506032b6570"), encoded(0x04, encoded(0x04, bytes(32)))
    made_up = _block("PRIVATE KEY", _integer(1), algorithm, secret, encoded(0x81, b"\0" + raw))
    with contextlib.suppress(InvalidRequest):
        assert not belongs_to(made_up, _certificate(public))


def test_a_key_of_a_kind_that_nobody_checks_proves_nothing() -> None:
    """A file with a DSA key holds both numbers, which nobody compares."""
    with pytest.raises(InvalidRequest, match="of a kind that proves nothing"):
        belongs_to(_pem(_dsa()), _certificate(_dsa().public_key()))
