"""Bundles in PEM: certificates, private keys and lists of revoked certificates, in any order.

Source: RFC 7468; RFC 1421, section 4.6.1.1
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from strongroom.crypto.asymmetric.rsa_checks import check_numbers
from strongroom.crypto.issuing import private_keys
from strongroom.crypto.issuing.private_keys import PrivateKey
from strongroom.crypto.pem_blocks import CONTENT
from strongroom.lib.errors import InvalidRequest

_LEAST_CHARACTERS: Final = 75
"""Less than that is no PEM, but mostly the name of a file."""
_MOST_CHARACTERS: Final = 1024 * 1024
_MOST_BLOCKS: Final = 1000
_BLOCK = re.compile(rf"-----BEGIN ([A-Z0-9 ]{{1,64}})-----[ \t]*\r?\n({CONTENT})-----END \1-----")
_BEGIN: Final = "-----BEGIN "
_CERTIFICATES: Final = ("CERTIFICATE", "X509 CERTIFICATE")
_LISTS: Final = ("X509 CRL", "CRL")
_PARAMETERS: Final = "EC PARAMETERS"
"""OpenSSL writes the name of the curve before a key in the form of SEC 1, which has it too."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a bundle holds, in its order."""

    certificates: tuple[bytes, ...]
    """In DER."""
    keys: tuple[PrivateKey, ...] = field(repr=False)
    lists: int
    """How many lists of revoked certificates there are."""


def parsed(text: str) -> Bundle:
    """The contents of a bundle.

    Raises: `InvalidRequest` for anything in it that is neither a certificate, a private key without a passphrase, nor a
        list of revoked certificates.
    """
    certificates: list[bytes] = []
    keys: list[PrivateKey] = []
    lists = 0
    for label, content, block in _blocks(text):
        if label in _CERTIFICATES:
            certificates.append(_decoded(content, f"issuer {len(certificates)}"))
        elif label in _LISTS:
            lists += 1
        elif label.endswith("PRIVATE KEY"):
            keys.append(_key(label, block, f"Error parsing key {len(keys)}"))
        elif label != _PARAMETERS:
            raise InvalidRequest(f"a block of the bundle holds a {label.lower()}: certificates and keys are taken")
    return Bundle(tuple(certificates), tuple(keys), lists)


def certificate_of(text: str) -> bytes:
    """The first certificate of a text in PEM, as DER.  Raises `InvalidRequest` if there is none."""
    found = next((match for match in _BLOCK.finditer(text[:_MOST_CHARACTERS]) if match[1] in _CERTIFICATES), None)
    if found is None:
        raise InvalidRequest("certificate could not be PEM-decoded")
    return _decoded(found[2], "certificate")


def _blocks(text: str) -> list[tuple[str, str, str]]:
    """Label, content and whole of each block."""
    if len(text) < _LEAST_CHARACTERS:
        raise InvalidRequest(
            "provided data for import was too short; perhaps a path was passed to the API rather than the contents of "
            "a PEM file"
        )
    if len(text) > _MOST_CHARACTERS:
        raise InvalidRequest(f"a bundle has at most {_MOST_CHARACTERS} characters")
    found = [(match[1], match[2], match[0]) for match in _BLOCK.finditer(text)]
    if not found or len(found) != text.count(_BEGIN):
        raise InvalidRequest(f"error when parsing block {len(found) + 1}: invalid PEM data")
    if len(found) > _MOST_BLOCKS:
        raise InvalidRequest(f"a bundle has at most {_MOST_BLOCKS} blocks")
    return found


def _decoded(content: str, what: str) -> bytes:
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidRequest(f"Error parsing {what}: the block isn't base64") from None


def _key(label: str, block: str, fault: str) -> PrivateKey:
    """A private key in the form that its label names, or in another."""
    if label == "ENCRYPTED PRIVATE KEY" or "ENCRYPTED" in block.partition("\n\n")[0]:
        raise InvalidRequest(f"{fault}: it is encrypted: decrypt it first, with openssl pkey -in FILE")
    if label == "OPENSSH PRIVATE KEY":
        raise InvalidRequest(f"{fault}: it is in OpenSSH's form: rewrite it, with ssh-keygen -p -m PEM -f FILE")
    try:
        # Whether an RSA key's numbers are primes isn't tried: OpenSSL needs up to 250 ms for that, with the lock held.
        loaded = serialization.load_pem_private_key(
            block.encode("utf-8", "surrogatepass"), None, unsafe_skip_rsa_key_validation=True
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # The cause may quote the key.
        raise InvalidRequest(f"{fault}: it is no private key that can be read") from None
    key = private_keys.of(loaded)
    if isinstance(loaded, rsa.RSAPrivateKey):
        if not min(private_keys.RSA_BITS) <= key.bits <= max(private_keys.RSA_BITS):
            raise InvalidRequest(f"{fault}: an RSA key of {key.bits} bits isn't taken: they have 2048 to 8192")
        check_numbers(loaded.private_numbers())
    return key
