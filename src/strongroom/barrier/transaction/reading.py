"""Reads and listings of a transaction, which include its own writes."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

from strongroom.barrier import keys
from strongroom.barrier.cipher import RowCipher
from strongroom.barrier.record import Record
from strongroom.barrier.stable import Restart
from strongroom.barrier.transaction.read_set import ReadSet
from strongroom.lib.errors import Internal

R = TypeVar("R", bound=Record)

LONG_LISTING = 1000
"""Names of a listing during which other requests commit, so that it may be of an earlier revision."""

_MISSING: Any = object()


class Encoded(NamedTuple):
    """The encoding of a record of a type that isn't known where it is written."""

    content: bytes


ENCRYPTED = (Record, Encoded)
"""What a transaction writes encrypted."""


class Reading(ReadSet):
    """The part of a transaction that reads.

    The transaction sets both fields: an `__init__` here would be one call more for every request.
    """

    _writes: dict[str, Record | Encoded | bytes | None]
    """Its own writes by key, which reads include."""
    _founded: dict[str, RowCipher]
    """By the ids of the namespaces that it founds."""

    async def read(self, key: str, type_: type[R]) -> R | None:
        """The record at `key`, or None."""
        if self._writes:
            own: Any = self._writes.get(key, _MISSING)
            if own is not _MISSING:
                if own is not None and type(own) is not type_:
                    raise Internal(detail=f"{key!r} was written as {type(own).__name__}, not as {type_.__name__}")
                return own
        row = self.barrier.cache.row(key) if self.barrier.seen is self._seen else None
        if row is None:
            row = await self.barrier.row(key)
            if self.barrier.seen is not self._seen:
                self._advance()
        if self._as_of is not None:
            self._require_as_of(key.__eq__)
        self._reads[key] = row.revision
        if type(row.record) is type_:
            return row.record  # the fast path of most reads of mounts, tokens and policies
        if self._founded and self._is_founded(key):
            return None
        record = await self.barrier.record(key, row, type_)
        if self.barrier.seen is not self._seen:
            self._advance()
        return record

    async def read_plain(self, key: str) -> bytes | None:
        """The row at `key` as it is stored, for the few rows that the barrier doesn't encrypt."""
        own = self._writes.get(key, _MISSING)
        if own is not _MISSING:
            if isinstance(own, ENCRYPTED):
                raise Internal(detail=f"{key!r} was written as {type(own).__name__}, not as plain bytes")
            return own  # type: ignore[no-any-return]
        await self._require_open(key)
        row = await self.barrier.row(key)
        if self.barrier.seen is not self._seen:
            self._advance()
        if self._as_of is not None:
            self._require_as_of(key.__eq__)
        self._reads[key] = row.revision
        return row.raw

    async def read_encoded(self, key: str) -> bytes | None:
        """What the row at `key` holds, decrypted and not decoded; for repairs.  Own writes aren't seen."""
        raw = await self.read_plain(key)
        return None if raw is None else await self.barrier.plaintext(key, raw)

    async def counter(self, key: str) -> int:
        """A counter's value; 0 if it was never changed.  Uncommitted `add`s aren't included."""
        raw = await self.read_plain(key)
        return int(raw) if raw is not None else 0

    async def list(self, prefix: str, after: str = "", limit: int | None = None) -> list[str]:
        """The distinct next segments below `prefix`, sorted.  A name that ends in `/` is a folder."""
        return await self._listing(prefix, after, limit, deep=False)

    async def scan(self, prefix: str, after: str = "", limit: int | None = None) -> list_[str]:
        """Every key below `prefix`, as its remainder, sorted."""
        return await self._listing(prefix, after, limit, deep=True)

    async def _listing(self, prefix: str, after: str, limit: int | None, *, deep: bool) -> list_[str]:
        own = {key[len(prefix) :]: value for key, value in self._writes.items() if key.startswith(prefix)}
        if not own:
            return await self._stored(prefix, after, limit, deep=deep)
        # Each own write removes at most one name of a page.
        wanted = None if limit is None else limit + len(own)
        names = set(await self._stored(prefix, after, wanted, deep=deep))
        for rest, value in own.items():
            name = rest if deep or "/" not in rest else rest[: rest.index("/") + 1]
            if value is not None:
                names.add(name)
            elif name == rest or await self._emptied(prefix + name):
                names.discard(name)
        return sorted(name for name in names if name > after)[:limit]

    async def _stored(self, prefix: str, after: str, limit: int | None, *, deep: bool) -> list_[str]:
        """A listing at this transaction's revision, without its own writes."""
        await self._require_open(prefix)
        ask = self.barrier.storage.scan if deep else self.barrier.storage.list
        listing = await ask(prefix, after, limit)
        # older than expected: another history
        if listing.revision > self.barrier.revision or listing.revision < self.revision:
            await self.barrier.sync()
        overtaken = False
        if listing.revision != self.barrier.revision:
            changed = self.barrier.cache.changes_since(listing.revision)
            overtaken = changed is None or any(key.startswith(prefix) for key in changed)
            if overtaken and (changed is None or self.has_written or len(listing.names) < LONG_LISTING):
                raise Restart
        if self.barrier.seen is not self._seen:
            self._advance()
        self._require_as_of(lambda key: key.startswith(prefix))
        if overtaken:
            self._as_of = listing.revision
        else:
            self._prefixes.add(prefix)
        return listing.names

    async def _emptied(self, folder: str) -> bool:
        """Whether this transaction deletes everything below `folder` and writes nothing there."""
        own = {key: value for key, value in self._writes.items() if key.startswith(folder)}
        if any(value is not None for value in own.values()):
            return False
        stored = await self._stored(folder, "", len(own) + 1, deep=True)
        return all(folder + name in own for name in stored)

    def _is_founded(self, key: str) -> bool:
        return keys.namespace_at(key) in self._founded

    async def _require_open(self, key: str) -> None:
        """Raise `NamespaceSealed` if the keyring of the row's namespace isn't open here."""
        if not (self._founded and self._is_founded(key)):
            await self.barrier.namespaces.ring(key)


list_ = list
