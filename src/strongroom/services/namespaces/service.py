"""Finds, creates and deletes namespaces.

A path is walked row by row, so a namespace among thousands costs what it costs alone.  There is no table of all.
"""

from __future__ import annotations

from functools import partial

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.namespace_keys import NamespacePlace, OwnSeal
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest, Unavailable
from strongroom.lib.rand import Random, base62, uuid4
from strongroom.services.namespaces.namespace import ROOT, Namespace
from strongroom.services.namespaces.naming import MAX_DEPTH, MAX_NAME, check_name
from strongroom.services.namespaces.records import NamespaceRecord, Remains

_ID_CHARACTERS = 6
_ID_ATTEMPTS = 8


class NamespaceService:
    """The tree of namespaces."""

    def __init__(self, random: Random) -> None:
        self._random = random

    async def read(self, txn: Transaction, parent: Namespace, name: str) -> NamespaceRecord | None:
        """The namespace of that name directly below `parent`, or None."""
        return await txn.read(keys.namespace(parent.id, name), NamespaceRecord)

    async def names(self, txn: Transaction, parent: Namespace, after: str = "", limit: int | None = None) -> list[str]:
        """The names directly below `parent`, sorted."""
        return await txn.list(keys.namespaces(parent.id), after, limit)

    async def below(self, txn: Transaction, parent: Namespace, name: str) -> Namespace | None:
        """The namespace of that name directly below `parent`, as those see it who work in it."""
        # The names of requests are anybody's: a name that none can have must not fill the cache.
        if not name or name in {".", ".."} or len(name) > MAX_NAME:
            return None
        record = await self.read(txn, parent, name)
        return await self.known(txn, record.id) if record is not None else None

    async def at(self, txn: Transaction, path: str, start: Namespace = ROOT) -> Namespace | None:
        """The namespace at a path below `start`, or None.  Slashes around the path don't matter."""
        found: Namespace | None = start
        for name in path.strip("/").split("/") if path.strip("/") else ():
            found = await self.below(txn, found, name) if found is not None else None
        return found

    async def by_id(self, txn: Transaction, id_: str) -> Namespace | None:
        """The namespace of that id; None if there is none, or an ancestor of it is gone."""
        if id_ == keys.ROOT_NAMESPACE:
            return ROOT
        # An id that a client has invented must not take the place of a value that others need in the cache.
        if id_ == keys.NOWHERE or await txn.read(keys.namespace_place(id_), NamespacePlace) is None:
            return None
        return await self.known(txn, id_)

    async def known(self, txn: Transaction, id_: str) -> Namespace | None:
        """The same for an id that comes from a stored row, and that nobody can have invented."""
        if id_ == keys.ROOT_NAMESPACE:
            return ROOT
        return await txn.derived(("namespace", id_), partial(_build, id_=id_))

    async def record(self, txn: Transaction, namespace: Namespace) -> NamespaceRecord | None:
        """The row of a namespace other than root."""
        name = namespace.path.rstrip("/").rpartition("/")[2]
        return await txn.read(keys.namespace(namespace.lineage[-2], name), NamespaceRecord)

    async def create(
        self, txn: Transaction, parent: Namespace, name: str, now: float, *, own_seal: bool = False
    ) -> NamespaceRecord:
        """Store a new namespace, without anything in it.

        Args:
            own_seal: whether it gets a seal of its own, which the caller makes.

        Raises: `InvalidRequest` for a name that it can't have.  The caller checks that the name is free.
        """
        check_name(name)
        if len(parent.lineage) > MAX_DEPTH:
            raise InvalidRequest(f"namespaces can be nested {MAX_DEPTH} deep at the most")
        id_ = await self._free_id(txn)
        record = NamespaceRecord(
            id=id_,
            uuid=txn.once("namespace uuid", lambda: uuid4(self._random)),
            name=name,
            created_at=now,
            own_seal=own_seal,
        )
        self.write(txn, parent, record)
        txn.write(keys.namespace_place(id_), NamespacePlace(parent=parent.id, name=name, own_seal=own_seal))
        if await txn.barrier.namespaces.is_sealable(parent.id):
            # Whoever deletes the sealed parent can't read its rows, and has to find what lies below.
            txn.write_plain(keys.namespaces_below(parent.id) + id_, b"")
        return record

    def write(self, txn: Transaction, parent: Namespace, record: NamespaceRecord) -> None:
        """Store a namespace's new state."""
        txn.write(keys.namespace(parent.id, record.name), record)

    async def delete(self, txn: Transaction, parent: Namespace, record: NamespaceRecord) -> None:
        """Make a namespace unreachable at once, with all that it contains.  The expiry role clears its rows later.

        Raises: `InvalidRequest` while it contains other namespaces.
        """
        if await txn.list(keys.namespaces(record.id), limit=1):
            raise InvalidRequest("unable to delete namespace containing child namespaces")
        if record.own_seal:
            self.write(txn, parent, msgspec.structs.replace(record, tainted=True))
        else:
            txn.delete(keys.namespace(parent.id, record.name))
        remains = Remains(id=record.id, path=f"{parent.path}{record.name}/", lineage=(*parent.lineage, record.id))
        txn.write(remains_key(record.id), remains)

    def wipe(self, txn: Transaction, parent: Namespace, record: NamespaceRecord) -> None:
        """Make a sealed namespace unreachable for ever, with all that is below it.

        The expiry role removes the rows unread.  Nothing that the namespace has leased is revoked.
        """
        txn.delete(keys.namespace(parent.id, record.name))
        txn.delete(keys.namespace_seal(parent.id, record.id))
        lineage = (*parent.lineage, record.id)
        remains = Remains(id=record.id, path=f"{parent.path}{record.name}/", lineage=lineage, wiped=True)
        txn.write(remains_key(record.id), remains)

    async def _free_id(self, txn: Transaction) -> str:
        for attempt in range(_ID_ATTEMPTS):
            id_ = txn.once(f"namespace id {attempt}", lambda: base62(self._random, _ID_CHARACTERS))
            # The place of a deleted namespace stays until its rows are cleared, so its id isn't given out again before.
            if await txn.read(keys.namespace_place(id_), NamespacePlace) is None:
                return id_
        raise Unavailable("no free id for a namespace was found; try again")


def remains_key(id_: str) -> str:
    """The key of the row by which the expiry role finds what a deleted namespace leaves behind."""
    return f"{keys.PENDING_DELETION}namespace/{id_}"


async def _build(txn: Transaction, id_: str) -> Namespace | None:
    """Walk up from a namespace to root.  Every row on the way must still be there."""
    lineage = [id_]
    steps: list[tuple[str, bool]] = []
    while lineage[-1] != keys.ROOT_NAMESPACE:
        place = await txn.read(keys.namespace_place(lineage[-1]), NamespacePlace)
        record = await txn.read(keys.namespace(place.parent, place.name), NamespaceRecord) if place else None
        if place is None or record is None or record.tainted or record.id != lineage[-1] or len(lineage) > MAX_DEPTH:
            return None
        if place.own_seal:
            # Joins the read set: a request under way doesn't answer from a namespace that was sealed meanwhile.
            await txn.read(keys.namespace_seal(place.parent, lineage[-1]), OwnSeal)
        steps.append((place.name, bool(record.unlock_key)))
        lineage.append(place.parent)
    path = ""
    locked_at = ""
    for name, locked in reversed(steps):
        path = f"{path}{name}/"
        locked_at = locked_at or (path if locked else "")
    return Namespace(id=id_, path=path, lineage=tuple(reversed(lineage)), locked_at=locked_at)
