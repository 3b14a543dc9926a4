"""Keeps mounts: enable, disable, tune, move."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random, uuid4
from strongroom.sdk.engine import Engine
from strongroom.services.mounts.records import MountRecord, Rubble
from strongroom.services.mounts.router import Router, enter

SECRET = "secret"  # noqa: S105 - the name of a mount table
AUTH = "auth"

_BUILT_IN_PATHS = {
    SECRET: ("cubbyhole/", "identity/", "sys/", "audit/", "auth/"),
    AUTH: ("token/",),
}
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f\s]*")
_ACCESSOR_PREFIX = {"system": "system", "token": "auth_token"}


class MountService:
    """The mount table.

    Args:
        engines: what can be mounted, by table and type.
        default_ttl_s: the server's `default_lease_ttl`.
        max_ttl_s: the server's `max_lease_ttl`.
    """

    def __init__(
        self, engines: Mapping[tuple[str, str], Engine], random: Random, default_ttl_s: int, max_ttl_s: int
    ) -> None:
        self.engines = engines
        self.default_ttl_s = default_ttl_s
        self.max_ttl_s = max_ttl_s
        self._random = random

    async def router(self, txn: Transaction) -> Router:
        """All mounts; whoever used it is run again when one of them changes."""
        return await txn.derived("router", self._build)

    async def _build(self, txn: Transaction) -> Router:
        entries = []
        for name in await txn.list(keys.MOUNTS):
            record = await txn.read(keys.MOUNTS + name, MountRecord)
            if record is not None:
                entries.append(enter(record, self.engines, self.default_ttl_s, self.max_ttl_s))
        return Router(entries)

    def new_record(self, txn: Transaction, table: str, path: str, type_: str, now: float) -> MountRecord:
        """A record with ids of its own, not stored yet."""
        suffix = txn.once(f"accessor {table}/{path}", lambda: self._random.bytes(4).hex())
        named = _ACCESSOR_PREFIX.get(type_, f"auth_{type_}" if table == AUTH else type_)
        return MountRecord(
            id=txn.once(f"mount {table}/{path}", lambda: uuid4(self._random)),
            table=table,
            path=path,
            type=type_,
            accessor=f"{named}_{suffix}",
            created_at=now,
        )

    async def enable(self, txn: Transaction, record: MountRecord) -> None:
        """Store a new mount.  Raises `InvalidRequest` when its path is taken, reserved or malformed."""
        check_path(record.table, record.path)
        router = await self.router(txn)
        if existing := router.conflict(record.full_path):
            where = existing.removeprefix("auth/") if record.table == AUTH else existing
            raise InvalidRequest(f"path is already in use at {where}")
        self.put(txn, record)

    def put(self, txn: Transaction, record: MountRecord) -> None:
        """Store a mount's new state."""
        txn.write(keys.MOUNTS + record.id, record)

    async def disable(self, txn: Transaction, record: MountRecord) -> None:
        """Make a mount unreachable at once; what it kept is cleared afterwards."""
        txn.delete(keys.MOUNTS + record.id)
        prefix = keys.area(keys.ROOT_NAMESPACE, record.id, local=record.local)
        txn.write(keys.RUBBLE + record.id, Rubble(prefixes=(prefix,), lease_mount=record.id))

    async def move(self, txn: Transaction, record: MountRecord, table: str, path: str) -> MountRecord:
        """Give a mount another path.  Raises `InvalidRequest` when that is taken, reserved or malformed."""
        if record.path in _BUILT_IN_PATHS[record.table]:
            raise InvalidRequest(f"cannot remount '{record.full_path}'")
        check_path(table, path)
        moved = msgspec.structs.replace(record, table=table, path=path)
        router = await self.router(txn)
        existing = router.conflict(moved.full_path)
        if existing and existing != record.full_path:
            raise InvalidRequest(f"path already in use at {existing!r}".replace("'", '"'))
        self.put(txn, moved)
        return moved


def built_in(table: str, path: str) -> bool:
    """Whether the path belongs to a mount that every server has."""
    return path in _BUILT_IN_PATHS[table]


def check_path(table: str, path: str) -> None:
    """Raise `InvalidRequest` for a path that no mount can have.  `path` ends in `/`."""
    if path == "/":
        raise InvalidRequest("path must be specified")
    if table == SECRET and any(path.startswith(reserved) for reserved in _BUILT_IN_PATHS[table]):
        raise InvalidRequest(f'cannot mount "{path}"')
    if not _PRINTABLE.fullmatch(path):
        raise InvalidRequest("path contains characters that are not printable")
