"""What every type of key declares."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import msgspec

from strongroom.engines.transit.keys.records import KeyRecord, KeyVersion
from strongroom.sdk import Random


class Material(msgspec.Struct, frozen=True):
    """The key material of a version that was just made or imported."""

    private: bytes
    """The raw key, or PKCS#8 in DER; empty for a public key."""
    public: bytes = b""
    """SubjectPublicKeyInfo in DER; empty for symmetric types."""

    def __repr__(self) -> str:
        return "Material(…)"


class KeyType(msgspec.Struct, frozen=True, kw_only=True):
    """A type of key: what it can do, how a version is made, and how it becomes usable."""

    name: str
    encrypts: bool = False
    decrypts: bool = False
    signs: bool = False
    derives: bool = False
    """Whether keys of the type may be `derived`."""
    converges: bool = False
    """Whether keys of the type may be `convergent_encryption`."""
    agrees: bool = False
    """Whether `derive-key` may be asked of it."""
    cmacs: bool = False
    """Whether `cmac` may be asked of it."""
    asymmetric: bool = False
    slow: bool = False
    """Whether making a version takes so long that it leaves the event loop."""
    size_bytes: int = 0
    """The length of a raw key; 0 for asymmetric types, and where the key's `key_size` says it."""
    parameter_sets: tuple[str, ...] = ()
    """The values of `parameter_set`, which keys of the type need; empty if they have none."""
    make: Callable[[KeyRecord, Random], Material]
    """Makes the material of a new version."""
    load: Callable[[KeyRecord, KeyVersion], Any]
    """The key in the form of its primitive."""
    keyed: Callable[[bytes], Any] | None = None
    """The primitive for raw material that was derived by a context; only for types that derive."""
    raw: Callable[[bytes, bytes], bytes] = lambda private, public: private
    """The key bytes that contexts derive from, out of the stored private and public part."""
    derived_bytes: int = 32
    """How much material a context derives."""
    version_name: Callable[[KeyRecord], str] = lambda key: key.type
    """What a read says of each version in `name`; for asymmetric types."""
    shown_public: Callable[[bytes], str] = lambda public: b64encode(public).decode("ascii")
    """The public part as a read has it."""
