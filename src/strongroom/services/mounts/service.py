"""Keeps mounts: enable, disable, tune, move."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random, uuid4
from strongroom.sdk import schedule
from strongroom.sdk.engine import Engine
from strongroom.services.mounts.naming import check_name
from strongroom.services.mounts.records import Lockout, MountRecord, Move, PendingDeletion
from strongroom.services.mounts.router import MountEntry, Router, enter
from strongroom.services.mounts.tuning import AUTH, SECRET

_MOVES = keys.SETTINGS + "mount-move/"
_MOVES_KEPT_S = 24 * 3600

_BUILT_IN_PATHS = {
    SECRET: ("cubbyhole/", "identity/", "sys/", "audit/", "auth/"),
    AUTH: ("token/",),
}
BUILT_IN_TYPES = frozenset({"system", "identity", "cubbyhole", "token"})
"""Types that every server has mounted once.  Nobody can mount them again."""

_ACCESSOR_PREFIX = {"system": "system", "token": "auth_token"}


class MountService:
    """The mount table.

    Args:
        engines: the engines that can be mounted, by table and type. default_ttl_s: the server's `default_lease_ttl`.
        max_ttl_s: the server's `max_lease_ttl`. lockouts: the configuration's rules for failed logins, by type.
    """

    def __init__(
        self,
        engines: Mapping[tuple[str, str], Engine],
        random: Random,
        default_ttl_s: int,
        max_ttl_s: int,
        lockouts: Mapping[str, Lockout],
    ) -> None:
        self.engines = engines
        self.default_ttl_s = default_ttl_s
        self.max_ttl_s = max_ttl_s
        self._lockouts = lockouts
        self._random = random

    async def router(self, txn: Transaction) -> Router:
        """All mounts.  A transaction that read them runs again if one of them changes."""
        return await txn.derived("router", self._build)

    async def _build(self, txn: Transaction) -> Router:
        entries = []
        for name in await txn.list(keys.MOUNTS):
            record = await txn.read(keys.MOUNTS + name, MountRecord)
            if record is not None:
                entries.append(self.entry(record))
        return Router(entries)

    def entry(self, record: MountRecord) -> MountEntry:
        """The router's entry for a mount."""
        return enter(record, self.engines, self.default_ttl_s, self.max_ttl_s, self._lockouts)

    def new_record(self, txn: Transaction, table: str, path: str, type_: str, now: float) -> MountRecord:
        """A new record with new ids, not stored yet."""
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
        """Make a mount unreachable at once.  The expiry role clears its rows later."""
        txn.delete(keys.MOUNTS + record.id)
        prefix = keys.area(keys.ROOT_NAMESPACE, record.id, local=record.local)
        pending = PendingDeletion(
            prefixes=(prefix, *schedule.prefixes_of(record.id)), lease_mount=record.id, mount=record
        )
        txn.write(keys.PENDING_DELETION + record.id, pending)

    async def move(self, txn: Transaction, source: str, target: str, now: float) -> str:
        """Give a mount another path.  No rows move, because they are stored under the mount's id.

        Args:
            source: full path, ending in `/`.
            target: the same.

        Returns: the id of the move, for `moved`.

        Raises: `InvalidRequest` when there is no such mount, or the target is taken, reserved or malformed.
        """
        table, path = split(target)
        if built_in(*split(source)):
            raise InvalidRequest(f'cannot remount "{source}"')
        router = await self.router(txn)
        entry = router.by_path.get(source)
        if split(source)[0] == AUTH and table != AUTH:
            raise InvalidRequest(f'cannot remount auth mount to non-auth mount "{target}"')
        if built_in(table, path) or (split(source)[0] == SECRET and (table == AUTH or _reserved(path))):
            raise InvalidRequest(f"cannot remount to destination {target}")
        if entry is None:
            raise InvalidRequest(f'no matching mount at "{source}"')
        try:
            check_name(path)
        except InvalidRequest as error:
            raise InvalidRequest(f"invalid destination mount: {error.text}") from error
        existing = router.conflict(target)
        if existing:
            raise InvalidRequest(f'path already in use at "{existing}"')
        self.put(txn, msgspec.structs.replace(entry.record, path=path))
        await self._forget_old_moves(txn, now)
        migration = txn.once("migration", lambda: uuid4(self._random))
        txn.write(_MOVES + migration, Move(source=source, target=target, moved_at=now))
        return migration

    async def moved(self, txn: Transaction, migration: str) -> Move | None:
        """The record of a move, for one day."""
        return await txn.read(_MOVES + migration, Move) if "/" not in migration else None

    async def _forget_old_moves(self, txn: Transaction, now: float) -> None:
        for name in await txn.list(_MOVES):
            move = await txn.read(_MOVES + name, Move)
            if move is not None and move.moved_at + _MOVES_KEPT_S <= now:
                txn.delete(_MOVES + name)


def split(full_path: str) -> tuple[str, str]:
    """Split a path below `/v1/` into its table and the path in it."""
    return (AUTH, full_path[len("auth/") :]) if full_path.startswith("auth/") else (SECRET, full_path)


def built_in(table: str, path: str) -> bool:
    """Whether the path belongs to a mount that every server has."""
    return path in _BUILT_IN_PATHS[table]


def check_path(table: str, path: str) -> None:
    """Raise `InvalidRequest` for a path that no mount can have.  `path` ends in `/`."""
    if table == SECRET and _reserved(path):
        raise InvalidRequest(f'cannot mount "{path}"')
    check_name(path)


def _reserved(path: str) -> bool:
    return any(path.startswith(reserved) for reserved in _BUILT_IN_PATHS[SECRET])
