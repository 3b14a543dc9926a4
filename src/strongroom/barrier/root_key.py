"""The root key that a process holds, and what comes of it: the keyring's row, successors, and another region's copy."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from strongroom.barrier import succession
from strongroom.barrier.keyring import Keyring, open_keyring, seal_keyring
from strongroom.crypto import hpke
from strongroom.lib.errors import Tampered
from strongroom.lib.rand import Random
from strongroom.lib.secret import Secret
from strongroom.storage.base import Entry, Storage

Succeeded = Callable[[str, Secret], None]
"""Called with a new root key and the fingerprint of its predecessor."""

HAND_OVER: Final = b"strongroom root key of a region"
"""What the root key is encrypted for, on its way to another region."""


class RootKey:
    """The root key in use.

    Args:
        storage: where its successors are looked for.
        present: the key.
        succeeded: called for every new root key.
    """

    def __init__(self, storage: Storage, present: Secret, random: Random, succeeded: Succeeded | None = None) -> None:
        self._storage = storage
        self._random = random
        self._succeeded = succeeded
        self.present = present
        """The key itself."""

    async def line(self, row: bytes) -> list[Secret]:
        """The root keys from the present one to the one that opens a keyring's row.  Raises `Tampered` for none."""
        return await line_to(self._storage, self.present, row)

    def succeed(self, line: Sequence[Secret]) -> None:
        """Change to the last root key of a line of successors that begins with the present one."""
        for before, after in itertools.pairwise(line):
            if self._succeeded is not None:
                self._succeeded(succession.fingerprint(before), after)
        self.present = line[-1]

    def open(self, row: bytes) -> Keyring:
        """The keyring in a row.  Raises `Tampered` if the present root key doesn't open it."""
        return open_keyring(self.present, row)

    def opens(self, row: bytes) -> bool:
        """Whether the present root key opens a keyring's row."""
        try:
            self.open(row)
        except Tampered:
            return False
        return True

    def seal(self, keyring: Keyring) -> bytes:
        """The keyring's row, encrypted under the present root key."""
        return seal_keyring(self.present, keyring, self._random)

    async def successor_of(self, row: bytes, rows: Mapping[str, bytes | None]) -> Secret:
        """The root key that opens another region's keyring row, which has come with these rows.

        Raises: `Tampered` if neither the present root key nor a successor that is known here does.
        """
        line = await line_to(_Above(self._storage, rows), self.present, row)
        return line[-1]

    def hand_over(self, public_key: bytes) -> bytes:
        """The root key, encrypted to the holder of an X25519 key.  Only another region's store gets it."""
        return hpke.seal(public_key, self.present.reveal(), HAND_OVER)

    def successor_row(self, successor: Secret, now: float) -> tuple[str, bytes]:
        """The key and the row that lead the processes of all nodes from the present root key to its successor."""
        row = succession.seal_successor(self.present, successor, now, self._random)
        return succession.key_after(self.present), row


class _Rows(Protocol):
    """Where successors are looked for."""

    async def get(self, key: str) -> Entry | None:
        """The row at `key`."""
        ...


class _Above:
    """Rows that are about to be written, over those of the store."""

    def __init__(self, storage: Storage, rows: Mapping[str, bytes | None]) -> None:
        self._storage = storage
        self._rows = rows

    async def get(self, key: str) -> Entry | None:
        """The row at `key`."""
        value = self._rows.get(key)
        return Entry(value, 1) if value is not None else await self._storage.get(key)


async def line_to(storage: _Rows, root_key: Secret, row: bytes) -> list[Secret]:
    """The root keys from `root_key` to the one that opens the keyring.  Raises `Tampered` if there is none."""
    line = [root_key]
    while True:
        try:
            open_keyring(line[-1], row)
        except Tampered as error:
            after = await storage.get(succession.key_after(line[-1]))
            if after is None:
                raise Tampered(
                    "the keyring does not open",
                    detail="the root key that this process holds does not open the keyring: the key was replaced more "
                    "than an hour ago, or the store was; restart the node and unseal it with the present key shares",
                ) from error
            line.append(succession.open_successor(line[-1], after.value))
        else:
            return line
