"""Keys in the formats of others: what is written can be read, and what can't be read is named."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, mldsa, rsa, x448, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from strongroom.crypto import der
from strongroom.crypto.asymmetric import formats
from strongroom.crypto.asymmetric.ecdsa import P256, P384, P521, EcdsaKey
from strongroom.crypto.asymmetric.ed25519 import Ed25519Key
from strongroom.crypto.asymmetric.formats import Form, Key
from strongroom.lib.errors import InvalidRequest
from tests.unit.crypto.asymmetric.keys import rsa_key

_EC = ec.generate_private_key(ec.SECP256R1())
_KEYS: dict[str, Callable[[], Key]] = {
    "rsa": rsa_key,
    "p256": lambda: EcdsaKey.generate(P256),
    "p384": lambda: EcdsaKey.generate(P384),
    "p521": lambda: EcdsaKey.generate(P521),
    "ed25519": Ed25519Key.generate,
}


def _pkcs8(key: serialization.PrivateFormat | object) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())  # type: ignore[attr-defined, no-any-return]


def _spki(key: object) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("kind", _KEYS)
def test_what_is_written_is_read_again(kind: str) -> None:
    """Both halves, in DER and PEM, by our own reader and by another one."""
    key = _KEYS[kind]()
    again = formats.private_of(formats.private_der(key))
    assert type(again) is type(key)
    assert again.private == key.private
    assert formats.public_of(formats.public_der(key)).public == key.public
    assert formats.public_of_pem(formats.public_pem(key)).public == key.public
    other = serialization.load_pem_private_key(formats.private_pem(key).encode(), None)
    assert _pkcs8(other) == key.private
    assert _spki(other.public_key()) == key.public
    assert formats.private_pem(key).endswith("-----END PRIVATE KEY-----\n")


@pytest.mark.parametrize(
    ("kind", "form", "label"), [("rsa", "pkcs1", "RSA"), ("p256", "sec1", "EC"), ("p521", "sec1", "EC")]
)
def test_older_formats_are_written(kind: str, form: Form, label: str) -> None:
    """PKCS #1 for RSA, SEC 1 for EC: byte by byte as OpenSSL writes them."""
    key = _KEYS[kind]()
    pem = formats.private_pem(key, form)
    assert pem.startswith(f"-----BEGIN {label} PRIVATE KEY-----\n")
    other = serialization.load_pem_private_key(pem.encode(), None)
    assert _pkcs8(other) == key.private
    assert other.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode() == pem
    assert other.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()) == formats.private_der(
        key, form
    )


@pytest.mark.parametrize(
    ("kind", "form"), [("rsa", "sec1"), ("p256", "pkcs1"), ("ed25519", "pkcs1"), ("ed25519", "sec1")]
)
def test_a_format_of_another_kind_is_refused(kind: str, form: Form) -> None:
    """By its name."""
    with pytest.raises(InvalidRequest, match=f"no format {form}"):
        formats.private_der(_KEYS[kind](), form)


def test_a_public_key_has_no_private_half_to_write() -> None:
    """In any form."""
    public = formats.public_of(rsa_key().public)
    for form in ("pkcs8", "pkcs1"):
        with pytest.raises(InvalidRequest, match="no private half"):
            formats.private_pem(public, form)  # type: ignore[arg-type]


def _certificate() -> bytes:
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(_EC, hashes.SHA256())
    return request.public_bytes(Encoding.DER)


_FAULTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "PEM": (lambda: formats.private_pem(rsa_key()).encode(), r"it is PEM \(PRIVATE KEY\)"),
    "base64": (lambda: base64.b64encode(_pkcs8(_EC)), "it is base64 text"),
    "encrypted": (
        lambda: _EC.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"word")),
        "an encrypted key",
    ),
    "PKCS#1": (lambda: formats.private_der(rsa_key(), "pkcs1"), "a PKCS#1 RSA private key"),
    "PKCS#1 public": (
        lambda: rsa_key().signer().public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1),
        "a PKCS#1 RSA public key",
    ),
    "SEC 1": (lambda: _EC.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()), "a SEC 1 EC"),
    "public": (lambda: rsa_key().public, "it is a public key"),
    "request": (_certificate, "a certificate or a certificate request"),
    "raw": (lambda: bytes(32), "32 bytes without structure"),
    "raw pair": (lambda: bytes(range(64)), "64 bytes without structure"),
    "empty": (lambda: b"", "it is empty"),
    "behind": (lambda: _pkcs8(_EC) + b"\0\0", "something behind it"),
    "cut": (lambda: _pkcs8(_EC)[:-1], "no DER that is known here"),
    "noise": (lambda: b"\x30\x82\xff\xff\x00", "no DER that is known here"),
    "long": (lambda: b"\x30" * 20000, "at most 16384 bytes"),
    "P-224": (lambda: _pkcs8(ec.generate_private_key(ec.SECP224R1())), "P-224 keys aren't accepted"),
    "secp256k1": (lambda: _pkcs8(ec.generate_private_key(ec.SECP256K1())), "secp256k1 keys"),
    "X25519": (lambda: _pkcs8(x25519.X25519PrivateKey.generate()), "X25519 keys"),
    "X448": (lambda: _pkcs8(x448.X448PrivateKey.generate()), "X448 keys"),
    "Ed448": (lambda: _pkcs8(ed448.Ed448PrivateKey.generate()), "Ed448 keys"),
    "DSA": (lambda: _pkcs8(dsa.generate_private_key(1024)), "DSA keys"),
    "ML-DSA": (lambda: _pkcs8(mldsa.MLDSA44PrivateKey.generate()), "ML-DSA-44 keys"),
    "small RSA": (lambda: _pkcs8(rsa.generate_private_key(65537, 1024)), "1024 bits isn't accepted"),
}


@pytest.mark.parametrize("name", _FAULTS)
def test_an_import_is_told_what_is_wrong(name: str) -> None:
    """And nothing of the key stands in the text."""
    make, named = _FAULTS[name]
    with pytest.raises(InvalidRequest, match=named) as caught:
        formats.private_of(make())
    assert len(caught.value.text) < 120


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "no block begins"),
        ("x", "no block begins"),
        (formats.private_pem(Ed25519Key.generate()), "it is a private one"),
        (formats.public_pem(Ed25519Key.generate()) * 2, "not a single block"),
        ("-----BEGIN RSA PUBLIC KEY-----\nAAAA\n-----END RSA PUBLIC KEY-----\n", "RSA PUBLIC KEY"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "CERTIFICATE"),
        ("-----BEGIN PUBLIC KEY-----\nA\n-----END PUBLIC KEY-----\n", "isn't base64"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "no DER that is known"),
        ("-----BEGIN PUBLIC KEY-----\n\ud800", "not a single block"),
    ],
)
def test_a_public_key_is_told_what_is_wrong(text: str, named: str) -> None:
    """What stands there instead of it."""
    with pytest.raises(InvalidRequest, match=named):
        formats.public_of_pem(text)


def test_a_public_key_on_another_curve_is_named() -> None:
    """As its private half is."""
    with pytest.raises(InvalidRequest, match="P-224 keys"):
        formats.public_of(_spki(ec.generate_private_key(ec.SECP224R1()).public_key()))
    with pytest.raises(InvalidRequest, match="it is PKCS#8"):
        formats.public_of(_pkcs8(ed25519.Ed25519PrivateKey.generate()))


RFC_8410 = (
    "MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhCoB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJz"
    "gSEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="
)
"""The example with attributes and the public half, of section 10.3."""


def _second_version(key: Key, public: Key, tag: int = 0x81) -> bytes:
    """PKCS #8 of the second version, with a public half."""
    _, content = der.element(formats.private_der(key))
    parts = [der.encoded(*part) for part in list(der.elements(content))[1:3]]
    [_, (_, bits)] = der.elements(der.element(public.public)[1])
    half = der.encoded(tag, bits if tag == 0x81 else der.encoded(0x03, bits))
    return der.encoded(0x30, der.encoded(0x02, b"\x01") + b"".join(parts) + half)


def test_the_example_of_rfc_8410_is_read() -> None:
    """Attributes and the public half may stand behind the private one."""
    key = formats.private_of(base64.b64decode(RFC_8410))
    assert isinstance(key, Ed25519Key)
    assert key.raw_public.hex() == "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"


@pytest.mark.parametrize("tag", [0x81, 0xA1], ids=["as in the standard", "as ring wrote it"])
@pytest.mark.parametrize("kind", _KEYS)
def test_a_public_half_beside_the_private_one_has_to_be_its_own(kind: str, tag: int) -> None:
    """Keys with their public half are read, and one with another's isn't."""
    key, other = _KEYS[kind](), Ed25519Key.generate() if kind == "ed25519" else EcdsaKey.generate(P256)
    assert formats.private_of(_second_version(key, key, tag)).private == key.private
    with pytest.raises(InvalidRequest):
        formats.private_of(_second_version(key, other, tag))


def test_a_malformed_public_half_is_refused() -> None:
    """Every beginning of such a key is refused, and so is one in which a single byte of the public half differs."""
    whole = base64.b64decode(RFC_8410)
    for cut in range(len(whole)):
        with pytest.raises(InvalidRequest):
            formats.private_of(whole[:cut])
    for at in range(len(whole) - 35, len(whole)):
        with pytest.raises(InvalidRequest):
            formats.private_of(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
