"""The succession of root keys (pure): for an hour, a process with the old root key finds the new one in the store.

A process of another node, or one that the supervisor is just starting, learns of a new root key only when its own
doesn't open the keyring.  The row that leads to the new key is named by a digest of the old key, and encrypted under
the old key.
"""

from __future__ import annotations

import msgspec

from strongroom.barrier import keys
from strongroom.crypto.aead import KEY_BYTES, NONCE_BYTES, Aes256Gcm
from strongroom.crypto.kdf import hkdf_sha256
from strongroom.crypto.mac import hmac_sha256_hex
from strongroom.lib.errors import Tampered
from strongroom.lib.rand import Random
from strongroom.lib.secret import Secret

KEPT_S = 3600.0
"""Running processes follow within seconds.  A row that stays longer helps only an attacker who has an old key."""


class Successor(msgspec.Struct, frozen=True):
    """The row.  Its time isn't encrypted, so that the row can be removed without the old key."""

    made_at: float
    """Seconds since the epoch."""
    wrapped: bytes
    """Nonce and ciphertext of the new root key."""


def fingerprint(root_key: Secret) -> str:
    """A name for a root key that reveals nothing of it."""
    return hmac_sha256_hex(root_key.reveal(), b"strongroom root key fingerprint")


def key_after(root_key: Secret) -> str:
    """The storage key of the row with this root key's successor."""
    return keys.SUCCESSORS + fingerprint(root_key)


def seal_successor(root_key: Secret, successor: Secret, now: float, random: Random) -> bytes:
    """The row that leads from `root_key` to `successor`; `now` in seconds since the epoch."""
    nonce = random.bytes(NONCE_BYTES)
    wrapped = nonce + _cipher(root_key).seal(nonce, successor.reveal(), _associated(root_key, now))
    return msgspec.json.encode(Successor(made_at=now, wrapped=wrapped))


def open_successor(root_key: Secret, row: bytes) -> Secret:
    """The root key that came after `root_key`.  Raises `Tampered` for a row that was altered."""
    record = _decode(row)
    nonce, ciphertext = record.wrapped[:NONCE_BYTES], record.wrapped[NONCE_BYTES:]
    return Secret(_cipher(root_key).open(nonce, ciphertext, _associated(root_key, record.made_at)))


def is_over(row: bytes, now: float) -> bool:
    """Whether the row has served its time.  Raises `Tampered` if it can't be read."""
    return now >= _decode(row).made_at + KEPT_S


def _cipher(root_key: Secret) -> Aes256Gcm:
    return Aes256Gcm(hkdf_sha256(root_key.reveal(), salt=b"", info=b"strongroom successor", length=KEY_BYTES))


def _associated(root_key: Secret, made_at: float) -> bytes:
    return f"{key_after(root_key)} {made_at!r}".encode()


def _decode(row: bytes) -> Successor:
    try:
        return msgspec.json.decode(row, type=Successor)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Tampered("the row that leads to a new root key cannot be read") from error
