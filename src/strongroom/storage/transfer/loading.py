"""Loads rows into an empty store, in commits that it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from strongroom.lib.errors import StorageError
from strongroom.storage.base import Limits, Storage
from strongroom.storage.operations import ROLE_PREFIX

_KEYS: Final = 512
_BYTES: Final = 8 << 20
"""The most of one commit, if the store's limits are higher."""


async def require_empty(storage: Storage) -> None:
    """Raises `StorageError` if the store has rows, other than those of roles."""
    for after in ("", ROLE_PREFIX[:-1] + "0"):  # `0` is the character that follows `/`: behind the roles
        names = (await storage.scan("", after, 1)).names
        if names and not names[0].startswith(ROLE_PREFIX):
            raise StorageError("the store isn't empty", detail=f"it has the key {names[0]!r}")


class Loading:
    """Puts rows into a store.

    Args:
        storage: a started store, which nobody else writes to.

    Attributes:
        rows: the number of rows that were put or removed.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.rows = 0

    async def put(self, rows: Mapping[str, bytes | None]) -> None:
        """Commit the rows, in as many commits as needed.

        Raises: `InvalidRequest` for a value that is larger than the store takes, `StorageError`.
        """
        for part in parts(rows, self._storage.limits):
            await self._storage.commit({}, part, {})
            self.rows += len(part)


def parts(rows: Mapping[str, bytes | None], limits: Limits) -> Iterator[dict[str, bytes | None]]:
    """The rows in parts that one commit may hold each.  A row that is over the limits alone is a part of its own."""
    keys, most = min(_KEYS, limits.keys), min(_BYTES, limits.bytes)
    part: dict[str, bytes | None] = {}
    size = 0
    for key, value in rows.items():
        added = len(key.encode()) + len(value or b"")
        if part and (len(part) == keys or size + added > most):
            yield part
            part, size = {}, 0
        part[key] = value
        size += added
    if part:
        yield part
