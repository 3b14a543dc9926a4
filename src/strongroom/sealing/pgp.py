"""Encrypts key shares to the PGP keys of their holders."""

from __future__ import annotations

import base64
import importlib

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.extras import requirements

_MAX_KEY_CHARACTERS = 256 * 1024
_MAX_PACKETS = 500
"""The most packets of a key, its names and their signatures.

Clients without a token may send keys, and the package's time grows with the square of this number.
"""


def fingerprint(public_key: str) -> str:
    """The fingerprint of a PGP key, in lower-case hexadecimal.

    Raises: `InvalidRequest` if the key can't encrypt.  This is tried.
    """
    return encrypt(public_key, "")[1]


def encrypt(public_key: str, text: str) -> tuple[str, str]:
    """Encrypt `text` to a PGP public key.

    Args:
        public_key: base64 of the binary key, as Vault's API takes it, or the armoured key.

    Returns: base64 of the binary message, and the key's fingerprint in lower-case hexadecimal.

    Raises: `InvalidRequest` if the key can't encrypt, or PGP support isn't installed.
    """
    try:
        pgp = importlib.import_module("pgpy")
    except ImportError as error:
        raise InvalidRequest(
            f"PGP keys need a package that isn't installed on the server: pip install {requirements('pgp')}"
        ) from error
    if len(public_key) > _MAX_KEY_CHARACTERS:
        raise InvalidRequest(f"error parsing PGP key: it is longer than {_MAX_KEY_CHARACTERS} characters")
    try:
        blob = _binary(public_key)
        _check_packets(blob)
    except (ValueError, IndexError) as error:
        raise InvalidRequest(f"error parsing PGP key: {error}") from error
    try:
        key, _ = pgp.PGPKey.from_blob(blob)
        message = pgp.PGPMessage.new(text.encode(), compression=pgp.constants.CompressionAlgorithm.Uncompressed)
        sealed = key.pubkey.encrypt(message) if not key.is_public else key.encrypt(message)
    except Exception as error:  # any error: the package doesn't expect invalid keys, and its errors may quote them
        raise InvalidRequest("error parsing PGP key: it is no key that can be encrypted to") from error
    return base64.b64encode(bytes(sealed)).decode(), str(key.fingerprint).replace(" ", "").lower()


def _binary(public_key: str) -> bytes:
    """The bytes of a key in base64 or in armour.  Raises `ValueError` for anything else.

    The package reads armour too, but takes minutes for a malicious one.  Source: RFC 9580, section 6.2
    """
    lines = public_key.strip().splitlines()
    if not lines or not lines[0].startswith("-----BEGIN"):
        return base64.b64decode(public_key, validate=True)
    encoded: list[str] | None = None
    for line in map(str.strip, lines[1:]):
        if line.startswith(("=", "-----END")):
            break
        if encoded is not None:
            encoded.append(line)
        elif not line:
            encoded = []  # end of the headers
    return base64.b64decode("".join(encoded or ()), validate=True)


def _check_packets(blob: bytes) -> None:
    """Raise `ValueError` if there are more packets than a key has.  Source: RFC 9580, section 4.2"""
    at = count = 0
    while at < len(blob):
        count += 1
        if count > _MAX_PACKETS:
            raise ValueError(f"it has more than {_MAX_PACKETS} packets; export it without signatures of others")
        at += _packet_bytes(blob[at : at + 6])


def _packet_bytes(start: bytes) -> int:
    """The length of the packet with this start, including its header."""
    tag, rest = start[0], start[1:]
    if not tag & 0x80:
        raise ValueError("it is no OpenPGP data")
    if not tag & 0x40:
        size = 1 << (tag & 3)
        if size == 8:
            raise ValueError("it has a packet without a length")
        return 1 + size + int.from_bytes(rest[:size], "big")
    first = rest[0] if rest else 0
    if first < 192:
        return 2 + first
    if first < 224:
        return 3 + ((first - 192) << 8) + (rest[1] if len(rest) > 1 else 0) + 192
    if first < 255:
        raise ValueError("it has a packet in parts")
    return 6 + int.from_bytes(rest[1:5], "big")
