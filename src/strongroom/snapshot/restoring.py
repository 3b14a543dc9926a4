"""Puts the rows of a snapshot in the place of a store's rows.

That takes many commits.  A row that is there from the first to the last of them keeps every process from serving what
is of two times.  If this process ends in between, the row stays: nothing is served until a restore was carried out
whole.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Final

from strongroom.barrier import keys
from strongroom.barrier.restored import Restored, encoded
from strongroom.lib.errors import StorageError
from strongroom.snapshot.reading import Reading, Whole
from strongroom.snapshot.stored import Damaged
from strongroom.storage.base import Committer, Limits, Storage
from strongroom.storage.operations import ROLE_PREFIX
from strongroom.storage.transfer import require_empty

_PAGE: Final = 512
_BYTES: Final = 4 << 20
_WAIT_S: Final = 30.0
NOBODY: Final = b"restore"
"""The holder of every role after a restore, until its time is over.  What the earlier holders commit is refused."""


async def restore(
    storage: Storage,
    reading: Reading,
    restored: Restored,
    told: Callable[[int], None] | None = None,
    *,
    expected: Whole | None = None,
    kept: frozenset[str] = frozenset(),
) -> Whole:
    """Replace all rows but those of roles.  Nobody else can commit meanwhile.

    Args:
        storage: a started store, which may be in use.
        reading: a pass over the snapshot that has just begun.
        restored: what the store is to say of it.
        told: called with the number of rows so far.
        expected: what the snapshot was when it was checked.  A file can be changed by others between two passes.
        kept: keys whose rows stay as the store has them.

    Raises: `Damaged` and `StorageError`; the store isn't served then until a restore has succeeded.
    """
    async with storage.exclusive(_WAIT_S) as committer:
        await committer.commit({}, {keys.RESTORING: b"1"}, {})
        await _release_roles(storage, committer)
        own = {keys.RESTORING, keys.RESTORED, *kept}
        present = _Present(storage, own)
        count = 0
        for part in _parts(reading, storage.limits, own):
            gone = await present.until(max(part))
            await _remove(committer, [key for key in gone if key not in part], storage.limits)
            await committer.commit({}, part, {})
            count += len(part)
            if told is not None:
                told(count)
        whole = reading.whole()
        if expected is not None and whole != expected:
            raise Damaged("somebody has changed the snapshot since it was checked: it is another one now")
        await _remove(committer, await present.until(None), storage.limits)
        # With the last commit it is served, and frozen.
        await committer.commit({}, {keys.RESTORING: None, keys.RESTORED: encoded(restored)}, {})
    return whole


async def require_vacant(storage: Storage) -> None:
    """Raises `StorageError` if the store has rows that a restore would replace, unless they are of a broken one."""
    if await storage.get(keys.RESTORING) is None:
        await require_empty(storage)


def largest(reading: Reading) -> int:
    """The length in bytes of the largest value in a snapshot.  Reads all rows."""
    return max((len(value) for _, value in reading.rows()), default=0)


def check_fits(limits: Limits, value_bytes: int) -> None:
    """Raises `StorageError` if a store doesn't take a value of this length."""
    if value_bytes > limits.value_bytes:
        raise StorageError(
            f"the snapshot has a value of {value_bytes} bytes, and this store takes {limits.value_bytes} at the most"
        )


class _Present:
    """The keys that the store had before, in order.

    Args:
        own: keys that are passed over.
    """

    def __init__(self, storage: Storage, own: set[str]) -> None:
        self._storage = storage
        self._own = own
        self._keys = self._all()
        self._next: str | None = None

    async def until(self, last: str | None) -> list[str]:
        """The next keys, up to and including `last`; all that are left for None."""
        found = []
        if self._next is None:
            self._next = await anext(self._keys, None)
        while self._next is not None and (last is None or self._next <= last):
            found.append(self._next)
            self._next = await anext(self._keys, None)
        return found

    async def _all(self) -> AsyncIterator[str]:
        after = ""
        while names := (await self._storage.scan("", after, _PAGE)).names:
            for name in names:
                if name not in self._own and not name.startswith(ROLE_PREFIX):
                    yield name
            after = names[-1]


def _parts(reading: Reading, limits: Limits, own: set[str]) -> Iterator[dict[str, bytes | None]]:
    """The snapshot's rows in parts that one commit takes, but for those of which the store keeps its own."""
    part: dict[str, bytes | None] = {}
    size = 0
    for key, value in reading.rows():
        if key in own:
            continue  # of an earlier restore, or kept
        added = len(key.encode()) + len(value)
        if part and (len(part) >= min(_PAGE, limits.keys) or size + added > min(_BYTES, limits.bytes)):
            yield part
            part, size = {}, 0
        part[key] = value
        size += added
    if part:
        yield part


async def _remove(committer: Committer, gone: list[str], limits: Limits) -> None:
    step = min(_PAGE, limits.keys)
    for at in range(0, len(gone), step):
        await committer.commit({}, dict.fromkeys(gone[at : at + step]), {})


async def _release_roles(storage: Storage, committer: Committer) -> None:
    """Have nobody hold a role whose work was for the store as it was."""
    names = (await storage.scan(ROLE_PREFIX)).names
    if names:
        await committer.commit({}, {ROLE_PREFIX + name: NOBODY for name in names}, {})
