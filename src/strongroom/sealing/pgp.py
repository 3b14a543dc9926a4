"""Encrypts key shares to the PGP keys of those who are to hold them."""

from __future__ import annotations

import base64
import binascii
import importlib

from strongroom.lib.errors import InvalidRequest


def fingerprint(public_key: str) -> str:
    """The fingerprint of a PGP key, in lower-case hexadecimal.

    Raises: `InvalidRequest` when it isn't a key that can be encrypted to, which is tried.
    """
    return encrypt(public_key, "")[1]


def encrypt(public_key: str, text: str) -> tuple[str, str]:
    """Encrypt `text` to a PGP public key.

    Args:
        public_key: base64 of the binary key, as Vault's API takes it, or the armoured key.

    Returns: base64 of the binary message, and the key's fingerprint in lower-case hexadecimal.

    Raises: `InvalidRequest` when it isn't a key that can be encrypted to, or PGP support isn't installed.
    """
    try:
        pgp = importlib.import_module("pgpy")
    except ImportError as error:
        raise InvalidRequest("PGP keys need a package that isn't installed: pip install 'strongroom[pgp]'") from error
    try:
        blob: str | bytes = public_key
        if not public_key.lstrip().startswith("-----BEGIN"):
            blob = base64.b64decode(public_key, validate=True)
        key, _ = pgp.PGPKey.from_blob(blob)
        message = pgp.PGPMessage.new(text.encode(), compression=pgp.constants.CompressionAlgorithm.Uncompressed)
        sealed = key.pubkey.encrypt(message) if not key.is_public else key.encrypt(message)
    except (TypeError, AttributeError, NotImplementedError) as error:  # what the package does with other bytes
        raise InvalidRequest("error parsing PGP key: it is no key that can be encrypted to") from error
    except (ValueError, binascii.Error, pgp.errors.PGPError) as error:
        raise InvalidRequest(f"error parsing PGP key: {error}") from error
    return base64.b64encode(bytes(sealed)).decode(), str(key.fingerprint).replace(" ", "").lower()
