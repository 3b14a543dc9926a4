"""From key shares to the root key of a stopped server."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from strongroom.crypto import shamir
from strongroom.crypto.aead import KEY_BYTES, NONCE_BYTES, Aes256Gcm
from strongroom.importing.stopped.encoding.protobuf import Malformed, Message
from strongroom.importing.stopped.rows import Rows, UnreadableStore
from strongroom.lib.errors import InvalidRequest, Tampered
from strongroom.lib.secret import Secret

SEAL_CONFIG: Final = "core/seal-config"
STORED_KEYS: Final = "core/hsm/barrier-unseal-keys"
_SEVERAL: Final = b"multiwrapvalue:1"
"""Begins a value that is wrapped by one or more seals, since Vault 1.15; its length follows, in four bytes."""
_WRONG: Final = "the shares don't open this store: one of them is wrong, or they are another server's"


class Sharing(msgspec.Struct, frozen=True):
    """How a store is sealed, as it says itself, unencrypted."""

    type: str = "shamir"
    secret_shares: int = 1
    secret_threshold: int = 1


def sharing(rows: Rows) -> Sharing:
    """How the store is sealed.  Raises `UnreadableStore`, also for a seal whose keys are elsewhere."""
    row = rows.get(SEAL_CONFIG)
    if row is None:
        raise UnreadableStore("the store has no seal: no server was initialized on it")
    try:
        found = msgspec.json.decode(row, type=Sharing)
    except msgspec.DecodeError as error:
        raise UnreadableStore(f"{SEAL_CONFIG} has another form than is known") from error
    if found.type != "shamir":
        raise UnreadableStore(
            f'its root key is wrapped by the seal "{found.type}", and recovery keys open nothing: start the server '
            "once more, migrate its seal to key shares, and stop it again"
        )
    return found


def share(text: str) -> Secret:
    """A key share, in hexadecimal or base64.  Raises `UnreadableStore`, whose text doesn't quote it."""
    word = text.strip()
    try:
        found = bytes.fromhex(word)
    except ValueError:
        try:
            found = b64decode(word, validate=True)
        except (binascii.Error, ValueError):
            found = b""
    if not found:
        raise UnreadableStore("a key share is neither hexadecimal nor base64")
    return Secret(found)


def root_key(rows: Rows, shares: Sequence[Secret]) -> Secret:
    """The root key of a store.

    Args:
        shares: as many as its threshold.

    Raises: `UnreadableStore` if they don't open it.
    """
    combined = _combined(sharing(rows), shares)
    if len(combined) != KEY_BYTES:
        raise UnreadableStore(_WRONG)
    stored = rows.get(STORED_KEYS)
    if stored is None:
        # Before Vault 1.3 the shares were of the root key itself.
        return combined
    try:
        keys: Any = msgspec.json.decode(_opened(combined, _ciphertext(stored)))
        return Secret(b64decode(keys[0], validate=True))
    except Tampered as error:
        raise UnreadableStore(_WRONG) from error
    except (msgspec.DecodeError, LookupError, TypeError, ValueError):
        raise UnreadableStore(f"{STORED_KEYS} has another form than is known") from None


def _opened(key: Secret, sealed: bytes) -> bytes:
    return Aes256Gcm(key.reveal()).open(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], b"")


def _combined(sealed: Sharing, shares: Sequence[Secret]) -> Secret:
    if len(shares) < sealed.secret_threshold:
        raise UnreadableStore(f"{sealed.secret_threshold} key shares are needed, and {len(shares)} were given")
    if sealed.secret_shares == 1:
        return shares[0]
    try:
        return Secret(shamir.combine([each.reveal() for each in shares[: sealed.secret_threshold]]))
    except InvalidRequest as error:
        raise UnreadableStore(f"the shares don't belong together: {error}") from None


def _ciphertext(stored: bytes) -> bytes:
    """The wrapped root key.  Raises `Malformed`."""
    if not stored.startswith(_SEVERAL):
        return Message(stored).content(1)
    slots = Message(stored[len(_SEVERAL) + 4 :]).messages(2)
    if len(slots) != 1:
        raise Malformed("it is wrapped by several seals")
    return slots[0].content(1)
