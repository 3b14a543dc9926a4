"""The form of a backup: base64 of JSON (p).

`policy` has the settings and the versions that may decrypt; `archived_keys` has all versions since the oldest one that
was not trimmed, in a list, in which the version `archive_min_version + n` stands at the place `n`.  Where the trimming
has not begun, place 0 is empty, because versions count from 1.
"""

from __future__ import annotations

from typing import Any

import msgspec

NUMBERS: dict[str, int] = {
    "aes256-gcm96": 0,
    "ecdsa-p256": 1,
    "ed25519": 2,
    "rsa-2048": 3,
    "rsa-4096": 4,
    "chacha20-poly1305": 5,
    "ecdsa-p384": 6,
    "ecdsa-p521": 7,
    "aes128-gcm96": 8,
    "rsa-3072": 9,
    "hmac": 10,
    "xchacha20-poly1305": 11,
}
"""The numbers of the types that the reference server has, too."""
ML_DSA: dict[str, int] = {"44": 12, "65": 13, "87": 14}
"""The numbers of the type `ml-dsa`, by its parameter set."""
OWN_TYPE = -1
"""The number of a type that only Strongroom has.  Its name stands in `strongroom_type`."""
NEVER = "0001-01-01T00:00:00Z"


class RsaPart(msgspec.Struct, frozen=True):
    """An RSA key; one without `D` is public."""

    N: int = 0
    E: int = 0
    D: int = 0
    Primes: list[int] = []
    Precomputed: dict[str, Any] = {}

    def __repr__(self) -> str:
        return "RsaPart(…)"


class Version(msgspec.Struct, frozen=True):
    """One version.  Bytes are in base64."""

    key: str | None = None
    """Symmetric keys, and seeds; of Ed25519 seed and public key."""
    hmac_key: str | None = None
    time: str = NEVER
    ec_x: int | None = None
    ec_y: int | None = None
    ec_d: int | None = None
    rsa_key: RsaPart | None = None
    rsa_public_key: RsaPart | None = None
    public_key: str = ""
    """PEM on a NIST curve, else base64 of the raw key."""
    convergent_version: int = 0
    creation_time: int = 0
    certificate_chain: list[str] | None = None
    external_key_ref: str = ""

    def __repr__(self) -> str:
        return "Version(…)"


class Happened(msgspec.Struct, frozen=True):
    """When a backup was made or restored, and what the latest version was."""

    time: str = NEVER
    version: int = 0


class Policy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """The settings."""

    name: str = ""
    keys: dict[str, Version] = {}
    key_size: int = 0
    derived: bool = False
    kdf: int = 0
    convergent_encryption: bool = False
    exportable: bool = False
    min_decryption_version: int = 0
    min_encryption_version: int = 0
    latest_version: int = 0
    archive_version: int = 0
    archive_min_version: int = 0
    min_available_version: int = 0
    deletion_allowed: bool = False
    convergent_version: int = 0
    type: int = 0
    backup_info: Happened | None = None
    restore_info: Happened | None = None
    allow_plaintext_backup: bool = False
    version_template: str = ""
    storage_prefix: str = ""
    auto_rotate_period: int = 0
    """Nanoseconds."""
    imported: bool = msgspec.field(default=False, name="Imported")
    allow_imported_rotation: bool = msgspec.field(default=False, name="AllowImportedKeyRotation")
    soft_deleted: bool = False
    allowed_operations: tuple[str, ...] = ("*",)
    strongroom_type: str = ""
    strongroom_other_name: str = ""
    parameter_set: str = ""
    hybrid_key_type_ec: str = ""
    hybrid_key_type_pqc: str = ""


class Archive(msgspec.Struct, frozen=True):
    """All versions."""

    keys: list[Version] = []


class Backup(msgspec.Struct, frozen=True):
    """A whole backup."""

    policy: Policy
    archived_keys: Archive = Archive()
