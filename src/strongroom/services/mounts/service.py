"""Keeps mounts: enable, disable, tune, move."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random, uuid4
from strongroom.sdk import schedule
from strongroom.sdk.engine import Engine
from strongroom.services.mounts.naming import check_name
from strongroom.services.mounts.records import Lockout, MountPlace, MountRecord, Move, PendingDeletion
from strongroom.services.mounts.router import MountEntry, Router, enter
from strongroom.services.mounts.tuning import AUTH, SECRET
from strongroom.services.namespaces import Namespace, NamespaceService

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
        self.namespaces = NamespaceService(random)
        self.engines = engines
        self.default_ttl_s = default_ttl_s
        self.max_ttl_s = max_ttl_s
        self._lockouts = lockouts
        self._random = random

    async def router(self, txn: Transaction, namespace: str = keys.ROOT_NAMESPACE) -> Router:
        """All mounts of a namespace that exists.  A transaction that read them runs again if one of them changes.

        Args:
            namespace: its id.
        """
        if namespace == keys.ROOT_NAMESPACE:
            return await txn.derived("router", self._build)
        return await txn.derived(("router", namespace), partial(self._build, namespace=namespace))

    async def passing_router(self, txn: Transaction, namespace: str) -> Router:
        """The same, without keeping it.  For a walk over many namespaces, which would evict what others need."""
        return await self._build(txn, namespace)

    async def router_of(self, txn: Transaction, namespace: str) -> Router | None:
        """All mounts of the namespace of that id, which comes from a stored row; None if the namespace is gone."""
        if namespace != keys.ROOT_NAMESPACE and await self.namespaces.known(txn, namespace) is None:
            return None
        return await self.router(txn, namespace)

    async def by_id(self, txn: Transaction, mount: str) -> MountEntry | None:
        """The mount of that id, in whichever namespace it is; None if it or its namespace is gone."""
        place = await txn.read(keys.MOUNT_PLACE + mount, MountPlace)
        router = await self.router_of(txn, place.namespace if place is not None else keys.ROOT_NAMESPACE)
        return router.by_id.get(mount) if router is not None else None

    async def _build(self, txn: Transaction, namespace: str = keys.ROOT_NAMESPACE) -> Router:
        entries = []
        for place in (keys.mounts(namespace), keys.mounts(namespace, local=True)):
            for name in await txn.list(place):
                record = await txn.read(place + name, MountRecord)
                if record is not None:
                    entries.append(self.entry(record))
        return Router(entries)

    def entry(self, record: MountRecord) -> MountEntry:
        """The router's entry for a mount."""
        return enter(record, self.engines, self.default_ttl_s, self.max_ttl_s, self._lockouts)

    def new_record(
        self, txn: Transaction, namespace: Namespace, table: str, path: str, *, type_: str, now: float
    ) -> MountRecord:
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
            namespace=namespace.id,
        )

    async def enable(self, txn: Transaction, namespace: Namespace, record: MountRecord) -> None:
        """Store a new mount.  Raises `InvalidRequest` when its path is taken, reserved or malformed."""
        check_path(record.table, record.path)
        router = await self.router(txn, namespace.id)
        if existing := router.conflict(record.full_path):
            where = existing.removeprefix("auth/") if record.table == AUTH else existing
            raise InvalidRequest(f"path is already in use at {where}")
        await self._check_namespaces(txn, namespace, record.table, record.path)
        self.put(txn, record)

    async def _check_namespaces(self, txn: Transaction, namespace: Namespace, table: str, path: str) -> None:
        """Raise `InvalidRequest` for a path that a namespace's name begins."""
        first = path.partition("/")[0]
        if table == SECRET and await self.namespaces.read(txn, namespace, first) is not None:
            raise InvalidRequest(f"existing mount at {namespace.path}{first}/")

    def put(self, txn: Transaction, record: MountRecord) -> None:
        """Store a mount's new state."""
        txn.write(record.row, record)
        if record.namespace != keys.ROOT_NAMESPACE:
            txn.write(keys.MOUNT_PLACE + record.id, MountPlace(namespace=record.namespace))

    def disable(self, txn: Transaction, record: MountRecord) -> None:
        """Make a mount unreachable at once.  The expiry role clears its rows later."""
        txn.delete(record.row)
        if record.namespace != keys.ROOT_NAMESPACE:
            txn.delete(keys.MOUNT_PLACE + record.id)
        pending = PendingDeletion(
            prefixes=(record.prefix, *schedule.prefixes_of(record.id)), lease_mount=record.id, mount=record
        )
        txn.write(keys.PENDING_DELETION + record.id, pending)

    async def move(self, txn: Transaction, namespace: Namespace, source: str, target: str, *, now: float) -> str:
        """Give a mount another path, in its namespace or another one.

        No rows move, because they are stored under the mount's id.  A mount that leaves its namespace loses its leases,
        and the tokens of its logins end.

        Args:
            source: full path below `namespace`, ending in `/`.  It may begin with the path of a namespace further down.
            target: the same.

        Returns: the id of the move, for `moved`.

        Raises: `InvalidRequest` when there is no such mount, or the target is taken, reserved or malformed.
        """
        origin, source_path = await self.inside(txn, namespace, source)
        destination, target_path = await self.inside(txn, namespace, target)
        entry = (await self.router(txn, origin.id)).by_path.get(source_path)
        _check_move(source_path, target_path, (source, target))
        if entry is None:
            raise InvalidRequest(f'no matching mount at "{source}"')
        path = _checked_target(target_path)
        existing = (await self.router(txn, destination.id)).conflict(target_path)
        if existing:
            raise InvalidRequest(f'path already in use at "{existing}"')
        await self._check_namespaces(txn, destination, *split(target_path))
        await _check_seals(txn, entry.record, destination)
        await self._forget_old_moves(txn, now)
        migration = txn.once("migration", lambda: uuid4(self._random))
        self._replace(txn, entry.record, destination, path, migration)
        moved = Move(source=origin.path + source_path, target=destination.path + target_path, moved_at=now)
        txn.write(_MOVES + migration, moved)
        return migration

    def _replace(
        self, txn: Transaction, record: MountRecord, destination: Namespace, path: str, migration: str
    ) -> None:
        """Store a mount at its new path."""
        if record.namespace == destination.id:
            self.put(txn, msgspec.structs.replace(record, path=path))
            return
        txn.delete(record.row)
        txn.delete(keys.MOUNT_PLACE + record.id)
        area = record.area or record.namespace
        self.put(
            txn,
            msgspec.structs.replace(
                record, path=path, namespace=destination.id, area="" if area == destination.id else area
            ),
        )
        left = PendingDeletion(prefixes=(), lease_mount=record.id, mount=record, left=record.namespace)
        txn.write(keys.PENDING_DELETION + migration, left)

    async def inside(self, txn: Transaction, namespace: Namespace, path: str) -> tuple[Namespace, str]:
        """The namespace that a path leads into, and the rest of the path."""
        while True:
            first, _, rest = path.partition("/")
            below = await self.namespaces.below(txn, namespace, first) if rest else None
            if below is None:
                return namespace, path
            namespace, path = below, rest

    async def moved(self, txn: Transaction, namespace: Namespace, migration: str) -> Move | None:
        """The record of a move inside a namespace, for one day.  Its paths are relative to the namespace."""
        move = await txn.read(_MOVES + migration, Move) if "/" not in migration else None
        if move is None or not (move.source.startswith(namespace.path) and move.target.startswith(namespace.path)):
            return None
        cut = len(namespace.path)
        return msgspec.structs.replace(move, source=move.source[cut:], target=move.target[cut:])

    async def _forget_old_moves(self, txn: Transaction, now: float) -> None:
        for name in await txn.list(_MOVES):
            move = await txn.read(_MOVES + name, Move)
            if move is not None and move.moved_at + _MOVES_KEPT_S <= now:
                txn.delete(_MOVES + name)


def split(full_path: str) -> tuple[str, str]:
    """Split a path below `/v1/` into its table and the path in it."""
    return (AUTH, full_path[len("auth/") :]) if full_path.startswith("auth/") else (SECRET, full_path)


def _check_move(source: str, target: str, named: tuple[str, str]) -> None:
    """Raise `InvalidRequest` for a move that isn't allowed wherever it leads.

    Args:
        source: relative to the mount's namespace. target: relative to its new namespace.
        named: both as they were given.
    """
    table, path = split(target)
    if built_in(*split(source)):
        raise InvalidRequest(f'cannot remount "{named[0]}"')
    if split(source)[0] == AUTH and table != AUTH:
        raise InvalidRequest(f'cannot remount auth mount to non-auth mount "{named[1]}"')
    if built_in(table, path) or (split(source)[0] == SECRET and (table == AUTH or _reserved(path))):
        raise InvalidRequest(f"cannot remount to destination {named[1]}")


async def _check_seals(txn: Transaction, record: MountRecord, destination: Namespace) -> None:
    """Raise `InvalidRequest` for a move to a namespace with another keyring, because no rows move."""
    rings, namespaces = txn.barrier.rings, txn.barrier.namespaces
    for namespace in (record.area or record.namespace, destination.id):
        await namespaces.learn(namespace)
    if rings.owner(record.area or record.namespace) != rings.owner(destination.id):
        raise InvalidRequest(
            "a mount cannot be moved to a namespace with another seal, because its data stays where it is"
        )


def _checked_target(target: str) -> str:
    """The path in its table.  Raises `InvalidRequest` for one that no mount can have."""
    _, path = split(target)
    try:
        check_name(path)
    except InvalidRequest as error:
        raise InvalidRequest(f"invalid destination mount: {error.text}") from error
    return path


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
