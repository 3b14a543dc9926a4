"""What every type of key declares."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Collection
from typing import Any, Protocol

import msgspec

from strongroom.engines.transit.keys.records import KeyRecord, KeyVersion
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Random


class Material(msgspec.Struct, frozen=True):
    """The key material of a version that was just made or imported."""

    private: bytes
    """The raw key, or PKCS#8 in DER; empty for a public key."""
    public: bytes = b""
    """SubjectPublicKeyInfo in DER; empty for symmetric types."""

    def __repr__(self) -> str:
        return "Material(…)"


class Pair(Protocol):
    """What the primitives of asymmetric keys have in common."""

    @property
    def private(self) -> bytes | None:
        """PKCS#8 in DER; None for a public key."""

    @property
    def public(self) -> bytes:
        """SubjectPublicKeyInfo in DER."""


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
    check: Callable[[], None] = lambda: None
    """Raises `InvalidRequest` where a library is missing that the type needs; the text says how to install it."""
    make: Callable[[KeyRecord, Random], Material]
    """Makes the material of a new version."""
    imported: Callable[[KeyRecord, bytes], Material]
    """The material of a version from elsewhere: a raw key, or PKCS#8 in DER.  Raises `InvalidRequest`.

    It takes as long as a signature."""
    public: Callable[[KeyRecord, str], Material] | None = None
    """The material of a version of which there is only the public key, in PEM.  None: there are none of the type."""
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


def raw_key(type_name: str, raw: bytes, sizes: Collection[int]) -> Material:
    """A symmetric key from elsewhere.  Raises `InvalidRequest` if it has none of these sizes, in bytes."""
    if len(raw) not in sizes:
        wanted = f"{min(sizes)} to {max(sizes)}" if len(sizes) > 1 else min(sizes)
        raise InvalidRequest(
            f"invalid key size {len(raw)} bytes for key type {type_name}: it has {wanted}; is the `type` right?"
        )
    return Material(private=raw)


def of_pair(key: Pair) -> Material:
    """The material of a key pair, or of a public key."""
    return Material(private=key.private or b"", public=key.public)
