"""Rows of the transit engine.

=======================  ==============  ==========================================================================
below the mount          record          what
=======================  ==============  ==========================================================================
`key/<name>`             `KeyRecord`     a key's settings, and the numbers of its versions
`version/<id>/<number>`  `KeyVersion`    one version; `id` is the key's, `number` has ten digits so that it sorts
`config`                 `TransitConfig` settings of the mount
`wrapping`               `WrappingKey`   the key pair that imported keys are wrapped for
=======================  ==============  ==========================================================================

A key is found by its name, and its versions by an id that no other key ever has.  So a key is deleted, and one of the
same name made, by one small commit; the versions are cleared afterwards.
"""

from __future__ import annotations

from typing import ClassVar

from strongroom.sdk import Record, SecretRecord


class KeyRecord(Record, frozen=True, tag="transit-key"):
    """A key's settings.  Times in seconds since the epoch."""

    id: str
    type: str
    created_at: float
    other_name: str = ""
    """The name by which the client called type and parameter set, if it has two: `mldsa-44`.  Answers repeat it."""
    latest_version: int = 1
    min_available_version: int = 0
    """Older versions were trimmed.  0 and 1 say that all are there."""
    min_decryption_version: int = 1
    min_encryption_version: int = 0
    """0 for the latest."""
    derived: bool = False
    convergent: bool = False
    exportable: bool = False
    allow_plaintext_backup: bool = False
    deletion_allowed: bool = False
    soft_deleted: bool = False
    auto_rotate_period_s: int = 0
    next_rotation_at: float = 0.0
    key_size: int = 0
    """Bytes; for keys of type `hmac`."""
    parameter_set: str = ""
    """For the post-quantum types."""
    hybrid_ec: str = ""
    hybrid_pqc: str = ""
    imported: bool = False
    allow_imported_rotation: bool = False
    """Whether a key that was imported may be rotated here."""
    allowed_operations: tuple[str, ...] = ("*",)
    """What the key may be used for; see `keys/allowed.py`."""
    backed_up_at: float = 0.0
    backed_up_version: int = 0
    restored_at: float = 0.0
    restored_version: int = 0
    """The latest version at that time."""

    @property
    def shown_type(self) -> str:
        """The type as clients know it."""
        return self.other_name or self.type


class KeyVersion(SecretRecord, frozen=True, tag="transit-version"):
    """The material of one version.  Only its ciphertext stays in the cache of rows."""

    limit_bytes: ClassVar[int] = 256 * 1024  # certificates come from clients

    created_at: float
    """Seconds since the epoch."""
    private: bytes
    """The raw key, for asymmetric types PKCS#8 in DER; empty for an imported public key."""
    public: bytes = b""
    """SubjectPublicKeyInfo in DER; empty for symmetric types."""
    hmac_key: bytes = b""
    """Every version of every type has one, but for imported public keys.  For the type `hmac` it is the key itself."""
    certificates: tuple[bytes, ...] = ()
    """A chain for the public key: DER, leaf first."""

    def __repr__(self) -> str:
        return "KeyVersion(…)"


class WrappingKey(SecretRecord, frozen=True, tag="transit-wrapping-key"):
    """The key pair of the mount that keys from elsewhere are wrapped for."""

    private: bytes
    """PKCS#8 in DER."""
    public: bytes
    """SubjectPublicKeyInfo in DER."""

    def __repr__(self) -> str:
        return "WrappingKey(…)"


class TransitConfig(Record, frozen=True, tag="transit-config"):
    """What holds for every key of a mount."""

    disable_upsert: bool = False
    allowed_key_types: tuple[str, ...] = ("*",)
    """Of what types keys may be made, imported or restored; see `keys/allowed.py`."""
    keys_cached: int = 0
    """Kept because clients write and read it.  The one cache of the server is bounded in bytes, for all mounts."""
