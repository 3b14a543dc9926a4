"""What a connection knows of the newest commits, so that it needn't ask the database for each row that was read (pure).

A commit checks some ten rows and folders, most of which hardly ever change: the token, its policies, the mounts, the
audit devices.  What is known of them holds until the feed names them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from strongroom.storage.base import Revision
from strongroom.storage.keys import folders_of, unpack_keys

KEPT: Final = 16_384
"""The most rows, and the most folders.  Each takes some 300 bytes, and what is forgotten is asked for again."""

Commit = tuple[int, bytes, bytes]
"""A row of the feed: number, id, packed keys."""


class Recent:
    """Revisions of rows and of folders, as of `head`.

    Args:
        kept: the most rows, and the most folders.

    Attributes:
        head: the newest commit that is known.
        reaches: the number of a commit; `changed_below` knows all changes after it.
    """

    __slots__ = ("_folders", "_kept", "_rows", "head", "reaches")

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self.begin(Revision(0, b""))

    def begin(self, head: Revision) -> None:
        """Forget everything, and know nothing from before `head`."""
        self.head = head
        self.reaches = head.number
        self._rows: dict[str, int] = {}
        self._folders: dict[str, int] = {}

    def follow(self, commits: Iterable[Commit]) -> None:
        """Note commits after `head`, of any process, oldest first."""
        for number, id_, packed in commits:
            keys = unpack_keys(packed)
            for key in keys:
                # The feed doesn't tell whether the row was removed.
                self._rows.pop(key, None)
            self._note(keys, Revision(number, id_))

    def wrote(self, keys: Iterable[str], removed: Iterable[str], head: Revision) -> None:
        """Note a commit of this connection."""
        if len(self._rows) >= self._kept:
            self._rows.clear()
        self._rows.update(dict.fromkeys(keys, head.number))
        self._rows.update(dict.fromkeys(removed, 0))
        self._note(keys, head)

    def _note(self, keys: Iterable[str], head: Revision) -> None:
        for key in keys:
            for folder in folders_of(key):
                self._folders[folder] = head.number
        self.head = head
        if len(self._folders) > self._kept:
            self._folders.clear()
            self.reaches = head.number

    def look_back(self, since: int, commits: Iterable[Commit]) -> None:
        """Note older commits: all that came after the number `since`, oldest first."""
        folders: dict[str, int] = {}
        for number, _, packed in commits:
            for key in unpack_keys(packed):
                folders.update(dict.fromkeys(folders_of(key), number))
        self._folders, self.reaches = folders, since

    def row(self, key: str) -> int | None:
        """The revision of a row, 0 if there is none; None if it isn't known."""
        return self._rows.get(key)

    def learn(self, key: str, revision: int) -> None:
        """Note a row's revision that was asked for."""
        if len(self._rows) >= self._kept:
            self._rows.clear()
        self._rows[key] = revision

    def changed_below(self, prefix: str, since: int) -> bool:
        """Whether a key below `prefix` changed after `since`, which has to be `reaches` at least."""
        return self._folders.get(prefix, 0) > since
