"""A token that is encrypted for whoever left a public key: Diffie-Hellman on Curve25519, AES-256-GCM (pure).

Source: https://openbao.org/docs/agent-and-proxy/autoauth/#encrypting-tokens, https://pkg.go.dev/github.com/hashicorp/vault/helper/dhutil
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from strongroom.crypto.aead import NONCE_BYTES, Aes256Gcm
from strongroom.crypto.kdf import hkdf_sha256
from strongroom.crypto.x25519 import KEY_BYTES, agree, public_key
from strongroom.lib.errors import InvalidRequest

_PUBLIC = "curve25519_public_key"


class NoPublicKey(Exception):
    """What should hold a public key holds none; the text says why."""


def public_key_of(document: str) -> bytes:
    """The public key in the file that its owner left.

    Args:
        document: an object of JSON whose `curve25519_public_key` is the key in base64.

    Raises: `NoPublicKey`.
    """
    try:
        found: Any = json.loads(document)
        key = base64.b64decode(found[_PUBLIC], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NoPublicKey(f'expected JSON such as {{"{_PUBLIC}": "<base64>"}}') from error
    if len(key) != KEY_BYTES:
        raise NoPublicKey(f"the public key has {len(key)} bytes, and not {KEY_BYTES}")
    return key


def sealed(text: str, public: bytes, *, derive: bool, aad: bytes, private: bytes, nonce: bytes) -> str:
    """A text in an envelope, as JSON.

    Args:
        text: what only the owner of the key is to read.
        public: the owner's key.
        derive: whether the key of the cipher is derived from the secret and both public keys.
        aad: what the owner has to know, too.
        private: 32 random bytes, of this envelope alone.
        nonce: 12 random bytes.

    Raises: `NoPublicKey` for a key with which there is no secret.
    """
    own = public_key(private)
    try:
        secret = agree(private, public)
    except InvalidRequest as error:
        raise NoPublicKey(error.text) from error
    if derive:
        # Each side calls the other one's key the other's: so they are told apart by their order.
        first, second = sorted((own, public))
        secret = hkdf_sha256(secret, salt=first, info=second, length=KEY_BYTES)
    payload = Aes256Gcm(secret).seal(nonce, text.encode(), aad)
    envelope = {_PUBLIC: _text(own), "nonce": _text(nonce), "encrypted_payload": _text(payload)}
    return json.dumps(envelope, separators=(",", ":")) + "\n"


def _text(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode()


__all__ = ["KEY_BYTES", "NONCE_BYTES", "NoPublicKey", "public_key_of", "sealed"]
