"""Rows of the app-id auth method: `app-id/<digest>`, `user-id/<digest>`, and `digest-key`."""

from __future__ import annotations

from strongroom.sdk import Record, SecretRecord


class App(Record, frozen=True, tag="app-id-app"):
    """What an app id gives."""

    policies: tuple[str, ...] = ()
    display_name: str = ""


class User(SecretRecord, frozen=True, tag="app-id-user"):
    """What a user id may be used with."""

    apps: tuple[str, ...] = ()
    """App ids, which are half of what a login needs."""
    cidr_block: str = ""

    def __repr__(self) -> str:
        return "User(…)"


class DigestKey(SecretRecord, frozen=True, tag="app-id-digest-key"):
    """The key of the mount's digests: ids may be guessable, as a MAC address is, and keys of rows are in clear."""

    key: bytes

    def __repr__(self) -> str:
        return "DigestKey(…)"
