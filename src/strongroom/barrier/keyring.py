"""The keyring (pure): the encryption keys of rows, one per term, and the key of keyed digests."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.record import Part, Record, decode, encode
from strongroom.crypto.aead import KEY_BYTES, NONCE_BYTES, Aes256Gcm
from strongroom.crypto.kdf import hkdf_sha256
from strongroom.lib.rand import Random
from strongroom.lib.secret import Secret


class Term(Part, frozen=True):
    """One generation of the encryption key."""

    key: bytes
    installed_at: float
    """Seconds since the epoch."""

    def __repr__(self) -> str:
        return f"Term(installed_at={self.installed_at})"


class Keyring(Record, frozen=True, tag="keyring"):
    """All terms so far.  New rows use the newest term; older rows stay readable."""

    limit_bytes: ClassVar[int] = 0  # it grows with every rotation

    id: int
    """0 for the root namespace."""
    active: int
    terms: dict[int, Term]
    index_key: bytes
    """Never changes, because rows under a keyed digest must be found after a rotation."""

    def __repr__(self) -> str:
        return f"Keyring(id={self.id}, active={self.active})"

    def row_key(self, term: int, salt: bytes) -> bytes:
        """The 32-byte key of the process that chose `salt`.  Raises `KeyError` for a term that this keyring lacks."""
        return hkdf_sha256(self.terms[term].key, salt=salt, info=b"strongroom row", length=KEY_BYTES)

    def purpose_key(self, purpose: str, length: int = KEY_BYTES) -> bytes:
        """A stable key for one purpose, such as hashing token identifiers."""
        return hkdf_sha256(self.index_key, salt=b"", info=f"strongroom {purpose}".encode(), length=length)


def new_keyring(random: Random, now: float, id_: int = 0) -> Keyring:
    """A keyring with one term.

    Args:
        now: seconds since the epoch.
        id_: its number; 0 for the root namespace.
    """
    return Keyring(
        id=id_,
        active=1,
        terms={1: Term(key=random.bytes(KEY_BYTES), installed_at=now)},
        index_key=random.bytes(KEY_BYTES),
    )


def rotate(keyring: Keyring, random: Random, now: float) -> Keyring:
    """The keyring with a new active term."""
    active = keyring.active + 1
    terms = keyring.terms | {active: Term(key=random.bytes(KEY_BYTES), installed_at=now)}
    return msgspec.structs.replace(keyring, active=active, terms=terms)


def seal_keyring(root_key: Secret, keyring: Keyring, random: Random, key: str = keys.KEYRING) -> bytes:
    """Encrypt a keyring under its root key.  Returns nonce and ciphertext.

    Args:
        key: where the row is stored.
    """
    nonce = random.bytes(NONCE_BYTES)
    return nonce + Aes256Gcm(root_key.reveal()).seal(nonce, encode(keyring), key.encode())


def open_keyring(root_key: Secret, row: bytes, key: str = keys.KEYRING) -> Keyring:
    """Decrypt the keyring that `seal_keyring` encrypted.  Raises `Tampered` for another root key or altered bytes."""
    plaintext = Aes256Gcm(root_key.reveal()).open(row[:NONCE_BYTES], row[NONCE_BYTES:], key.encode())
    return decode(plaintext, Keyring)
