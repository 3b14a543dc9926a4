"""Rows of the userpass auth method: `user/<name>`, and `imported`."""

from __future__ import annotations

from typing import ClassVar

from strongroom.sdk import Part, Record, SecretRecord
from strongroom.sdk.token_settings import TokenSettings


class ScryptHash(Part, frozen=True):
    """A password under scrypt; its costs stay with it, so that they can be raised for new ones."""

    salt: bytes
    digest: bytes
    cost: int
    block: int
    parallel: int

    def __repr__(self) -> str:
        return f"ScryptHash(cost={self.cost})"


class User(SecretRecord, frozen=True, tag="userpass-user"):
    """One user.  Either `scrypt` or `bcrypt` is set."""

    limit_bytes: ClassVar[int] = 64 * 1024

    scrypt: ScryptHash | None = None
    bcrypt: str = ""
    """A hash that was given instead of the password."""
    token: TokenSettings = TokenSettings()

    def __repr__(self) -> str:
        return "User(…)"


class Imported(Record, frozen=True, tag="userpass-imported"):
    """That hashes of passwords were brought along.  It stays when they have gone: it costs time and nothing else."""

    bcrypt_cost: int
    """The highest of any of them so far."""
