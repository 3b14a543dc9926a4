"""Keys in the formats that others read and write: PKCS #8, PKCS #1, SEC 1 and SubjectPublicKeyInfo, in DER and PEM.

What comes in is PKCS #8 DER, or SubjectPublicKeyInfo in PEM.  For anything else the error says what it is instead.

Source: RFC 5958, RFC 8017 appendix A.1, RFC 5915, RFC 5280 section 4.1, RFC 7468
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from strongroom.crypto.asymmetric.ecdsa import EcdsaKey
from strongroom.crypto.asymmetric.ed25519 import Ed25519Key
from strongroom.crypto.asymmetric.key_files import pkcs8
from strongroom.crypto.asymmetric.key_shapes import PRIVATE, PUBLIC, algorithm_of_private, algorithm_of_public, shape
from strongroom.crypto.asymmetric.one_asymmetric_key import divided
from strongroom.crypto.asymmetric.rsa import RsaKey
from strongroom.crypto.der import MalformedDer
from strongroom.crypto.pem_blocks import CONTENT
from strongroom.lib.errors import InvalidRequest

Key = RsaKey | EcdsaKey | Ed25519Key
Form = Literal["pkcs8", "pkcs1", "sec1"]
_MAX_BYTES: Final = 16 * 1024
"""An RSA key of 4096 bits has 2.4 kB."""
_LINE: Final = 64
_PRIVATE_BLOCK = re.compile(rf"-----BEGIN PRIVATE KEY-----\s({CONTENT})-----END PRIVATE KEY-----".encode())
_PUBLIC_BLOCK = re.compile(rf"-----BEGIN PUBLIC KEY-----\s({CONTENT})-----END PUBLIC KEY-----".encode())
_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")
_LABELS: Final = {"pkcs8": "PRIVATE KEY", "pkcs1": "RSA PRIVATE KEY", "sec1": "EC PRIVATE KEY"}


def private_der(key: Key, form: Form = "pkcs8") -> bytes:
    """The pair in DER.

    Args:
        form: `pkcs8` for every key, `pkcs1` for RSA, `sec1` for EC.

    Raises:
        InvalidRequest: the key has no private half, or the form is none of its kind.
    """
    if form == "pkcs8":
        encoded = key.private
        if encoded is None:
            raise InvalidRequest("the key has no private half")
        return encoded
    if (form, type(key)) not in (("pkcs1", RsaKey), ("sec1", EcdsaKey)):
        raise InvalidRequest(f"{_kind(key)} keys have no format {form}")
    return key.signer().private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def private_pem(key: Key, form: Form = "pkcs8") -> str:
    """The pair in PEM, with a newline at its end.  Arguments and errors are those of `private_der`."""
    return pem(_LABELS[form], private_der(key, form))


def public_der(key: Key) -> bytes:
    """The public key as SubjectPublicKeyInfo."""
    return key.public


def public_pem(key: Key) -> str:
    """The public key as SubjectPublicKeyInfo in PEM, with a newline at its end."""
    return pem("PUBLIC KEY", key.public)


def private_of(data: bytes) -> Key:
    """The pair in PKCS #8 DER.

    RSA keys of the object identifier RSASSA-PSS are taken as RSA keys; what it restricts isn't kept.

    Raises:
        InvalidRequest: it isn't PKCS #8 DER; the text says what it is.  Or the key is of a kind, size or curve that
            isn't accepted.
    """
    _check_size(data)
    if (found := shape(data)) != PRIVATE:
        raise InvalidRequest(f"not PKCS#8 DER: it is {found}")
    try:
        private, public = divided(data)
    except MalformedDer:
        raise InvalidRequest("not PKCS#8 DER: a part of it is malformed") from None
    key = _private_of(private)
    if public is not None and public_of(public).public != key.public:
        raise InvalidRequest("the private key comes with the public key of another")
    return key


def _private_of(data: bytes) -> Key:
    match algorithm_of_private(data):
        case "RSA" | "RSASSA-PSS":
            return RsaKey.of_private(data)
        case "P-256" | "P-384" | "P-521":
            return EcdsaKey.of_private(data)
        case "Ed25519":
            return Ed25519Key.of_private(data)
        case other:
            raise InvalidRequest(f"{other} keys aren't accepted")


def public_of(data: bytes) -> Key:
    """The public key in SubjectPublicKeyInfo DER.  Raises `InvalidRequest` as `private_of` does."""
    _check_size(data)
    if (found := shape(data)) != PUBLIC:
        raise InvalidRequest(f"not a public key in SubjectPublicKeyInfo DER: it is {found}")
    match algorithm_of_public(data):
        case "RSA" | "RSASSA-PSS":
            return RsaKey.of_public(data)
        case "P-256" | "P-384" | "P-521":
            return EcdsaKey.of_public(data)
        case "Ed25519":
            return Ed25519Key.of_public(data)
        case other:
            raise InvalidRequest(f"{other} keys aren't accepted")


def public_of_pem(text: str) -> Key:
    """The public key in a `PUBLIC KEY` block.  Raises `InvalidRequest` that says what stands there instead."""
    data = text.encode("utf-8", "surrogatepass")
    _check_size(data)
    labels = [label.decode() for label in _BLOCK.findall(data)]
    if not labels:
        raise InvalidRequest("not a public key in PEM: no block begins in it")
    if any("PRIVATE KEY" in label for label in labels):
        # Whoever sends one has shown it to a place that must not have it.
        raise InvalidRequest("not a public key: it is a private one, and hasn't to be sent unencrypted")
    block = _PUBLIC_BLOCK.search(data)
    if len(labels) != 1 or block is None:
        raise InvalidRequest(f"not a single block of the label PUBLIC KEY: it has {', '.join(labels[:4])}")
    return public_of(_decoded(block[1]))


def pkcs8_of_pem(text: str) -> bytes:
    """The private key in a PEM block of any label, as PKCS #8 DER.

    Raises:
        InvalidRequest: it is no private key in PEM, or an encrypted one.
    """
    data = text.encode("utf-8", "surrogatepass")
    _check_size(data)
    try:
        key = load_pem_private_key(data, None, unsafe_skip_rsa_key_validation=True)
    except TypeError:
        raise InvalidRequest("it is encrypted: decrypt it first, with openssl pkey -in FILE") from None
    except (ValueError, UnsupportedAlgorithm):
        # Keys that the library doesn't know are in PKCS #8 already; the cause may quote the key.
        block = _PRIVATE_BLOCK.search(data)
        if block is None:
            raise InvalidRequest("not a private key in PEM") from None
        return _decoded(block[1])
    return pkcs8(key)


def _decoded(block: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(block.split()), validate=True)
    except binascii.Error as error:
        raise InvalidRequest("not a key in PEM: the block isn't base64") from error


def pem(label: str, data: bytes) -> str:
    """A block of PEM, with a newline at its end."""
    encoded = base64.b64encode(data).decode()
    lines = (encoded[at : at + _LINE] for at in range(0, len(encoded), _LINE))
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""))


def _kind(key: Key) -> str:
    match key:
        case RsaKey():
            return "RSA"
        case EcdsaKey():
            return "EC"
        case Ed25519Key():
            return "Ed25519"


def _check_size(data: bytes) -> None:
    if len(data) > _MAX_BYTES:
        raise InvalidRequest(f"a key has at most {_MAX_BYTES} bytes")
