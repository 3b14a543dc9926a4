"""Rows of keys.

======================  ==================  ================================================================
below the mount         record              what
======================  ==================  ================================================================
`key/<id>`              `KeyRecord`         a key pair
`key-name/<name>`       `KeyName`           the id of the key of that name
`key-public/<digest>`   `KeyByPublic`       the id of the key pair with that public key: SHA-256 of its SPKI
`config/keys`           `KeysConfig`        which one is the default
======================  ==================  ================================================================
"""

from __future__ import annotations

from strongroom.sdk import Record, SecretRecord


class KeyRecord(SecretRecord, frozen=True, tag="pki-key"):
    """A key pair."""

    id: str
    type: str
    """`rsa`, `ec` or `ed25519`."""
    bits: int
    pkcs8: bytes
    """In DER."""
    public: bytes = b""
    """SubjectPublicKeyInfo in DER."""
    name: str = ""


class KeyName(Record, frozen=True, tag="pki-key-name"):
    """The name of a key."""

    id: str


class KeyByPublic(Record, frozen=True, tag="pki-key-by-public"):
    """The key pair that a public key belongs to."""

    id: str


class KeysConfig(Record, frozen=True, tag="pki-keys-config"):
    """Settings about all keys of a mount."""

    default: str = ""
    """The id of a key; empty for none."""
