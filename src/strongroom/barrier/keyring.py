"""The keyring (pure): the encryption keys of rows, one per term, and the key of keyed digests."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from strongroom.barrier.record import Part, Record
from strongroom.crypto.aead import KEY_BYTES
from strongroom.crypto.kdf import hkdf_sha256
from strongroom.lib.rand import Random


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


def new_keyring(random: Random, now: float) -> Keyring:
    """A keyring with one term."""
    return Keyring(
        id=0,
        active=1,
        terms={1: Term(key=random.bytes(KEY_BYTES), installed_at=now)},
        index_key=random.bytes(KEY_BYTES),
    )


def rotate(keyring: Keyring, random: Random, now: float) -> Keyring:
    """The keyring with a new active term."""
    active = keyring.active + 1
    terms = keyring.terms | {active: Term(key=random.bytes(KEY_BYTES), installed_at=now)}
    return msgspec.structs.replace(keyring, active=active, terms=terms)
