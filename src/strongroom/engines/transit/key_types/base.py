"""What every type of key declares."""

from __future__ import annotations

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
    asymmetric: bool = False
    slow: bool = False
    """Whether making a version takes so long that it leaves the event loop."""
    make: Callable[[KeyRecord, Random], Material]
    """Makes the material of a new version."""
    load: Callable[[KeyRecord, KeyVersion], Any]
    """The key in the form of its primitive."""
    keyed: Callable[[bytes], Any] | None = None
    """The primitive for raw material that was derived by a context; only for types that derive."""
    raw: Callable[[bytes], bytes] = bytes
    """The key bytes that contexts derive from, out of the stored private part."""
    derived_bytes: int = 32
    """How much material a context derives."""
