"""Clears the rows of disabled mounts and revoked tokens.  No request can reach these rows.

Each mount or token gets one bounded step a round, so a mount with a million rows doesn't delay one with ten.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.side_by_side import side_by_side
from strongroom.services.leases import rows as lease_rows
from strongroom.services.mounts import AUTH, MountRecord, PendingDeletion
from strongroom.services.tokens import TokenRecord
from strongroom.services.tokens.records import DeadTree
from strongroom.services.tokens.service import dead_tree_key
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

_PAGE = 64
_ROWS = 100
"""Rows that one commit removes.  The smallest store takes 128 keys in a commit."""
_LEASES = 20
"""Leases that one commit marks as ended.  Each needs five keys."""
TREES = keys.PENDING_DELETION + "token/"
COUNTERS = (keys.LEASE_COUNT, keys.LEASE_PLANNED_COUNT, keys.SCHEDULE_COUNT)
"""The prefixes of the counters of a mount, by its id."""
_AT_ONCE = 8


@dataclass(slots=True)
class Round:
    """Visits the pieces below a prefix in turn, a page at a time.

    The position isn't stored: another process that takes the role begins at the start.
    """

    PAGE: ClassVar[int] = 64

    names: Callable[[str], Awaitable[list[str]]]
    """Returns the page of names that follows a name."""
    _after: str = ""

    async def run_once(self, step: Callable[[str], Awaitable[int]]) -> int:
        """Do one step for each piece of the next page that has work.  Returns 0 if all pieces wait."""
        begun_at = self._after
        while True:
            names = await self.names(self._after)
            self._after = names[-1] if len(names) == self.PAGE else ""
            done = await side_by_side([partial(step, name) for name in names], _AT_ONCE)
            if done or not (self._after or begun_at):
                return done
            if not self._after:
                begun_at = ""  # continue at the start, up to where this turn began


class Clearing:
    """Clears each disabled mount and revoked token, one bounded step at a time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._barrier = services.barrier
        self._storage = services.barrier.storage
        self._trees = Round(self._tree_names)
        self._mounts = Round(self._mount_names)

    async def trees(self, fence: Fence, now: float) -> int:
        """Do one step for some of the revoked tokens.  Returns 0 if all of them wait."""
        return await self._trees.run_once(lambda key: self._tree(fence, key, now))

    async def mounts(self, fence: Fence, now: float) -> int:
        """Do one step for some of the disabled mounts.  Returns 0 if all of them wait."""
        return await self._mounts.run_once(lambda name: self._mount(fence, name, now))

    async def _tree_names(self, after: str) -> list[str]:
        return (await self._storage.scan(TREES, after, Round.PAGE)).names

    async def _mount_names(self, after: str) -> list[str]:
        return (await self._storage.list(keys.PENDING_DELETION, after, Round.PAGE)).names

    async def _tree(self, fence: Fence, key: str, now: float) -> int:
        """One step of clearing a token's descendants, leases and cubbyhole."""
        tree, token = await transact(self._barrier, lambda txn: _read_tree(txn, key))
        if tree is None:
            return 0
        if token is None or not token.retired:  # children of a retired token stay valid
            children = (await self._storage.list(keys.children(key), limit=_PAGE)).names
            if children:
                return await side_by_side([partial(self._end_child, fence, key, child) for child in children])
        row = dead_tree_key(key)
        leases = (await self._storage.scan(keys.leases_of_token(key), tree.leases_after, _LEASES)).names
        if leases:
            await self._expire(fence, leases, now, row, msgspec.structs.replace(tree, leases_after=leases[-1]))
            return 1
        marks = keys.cubbyholes_below(key)
        below = (await self._storage.list(marks, limit=1)).names
        prefix = keys.cubbyhole(key, below[0] if below else "")
        rows = [prefix + name for name in (await self._storage.scan(prefix, limit=_ROWS)).names]
        await self._delete(fence, rows or [marks + below[0] if below else row])
        return 1

    async def _end_child(self, fence: Fence, parent: str, child: str) -> None:
        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            record = await txn.read(keys.token(child), TokenRecord)
            if record is None or record.parent != parent:
                txn.delete(keys.children(parent) + child)
            else:
                await self._services.tokens.revoke(txn, record)

        await transact(self._barrier, body)

    async def _mount(self, fence: Fence, name: str, now: float) -> int:
        """Do one step of clearing a mount: first its tokens, then its leases.

        The engine's own rows go last, because the engine needs them to revoke the leases.
        """
        if name.endswith("/"):
            return 0  # a token's tree, a deleted namespace, or a kind that only a newer node knows and clears
        row = keys.PENDING_DELETION + name
        pending = await transact(self._barrier, lambda txn: txn.read(row, PendingDeletion))
        if pending is None:
            return 0
        if pending.mount is not None and pending.mount.table == AUTH and not pending.tokens_done:
            await self._end_tokens(fence, row, pending, pending.mount)
            return 1
        if pending.lease_mount:
            place = f"{keys.LEASE_OF_MOUNT}{pending.lease_mount}/"
            leases = (await self._storage.scan(place, pending.leases_after, _LEASES)).names
            if leases:
                ended = [id_ for id_ in leases if pending.left in {"", keys.namespace_of(id_)}]
                await self._expire(fence, ended, now, row, msgspec.structs.replace(pending, leases_after=leases[-1]))
                return 1
            if not pending.left and (await self._storage.scan(place, limit=1)).names:
                return 0  # leases are still being revoked
        ended_with_it = (
            (lease_rows.group_counts(pending.lease_mount),) if pending.lease_mount and not pending.left else ()
        )
        for prefix in (*pending.prefixes, *ended_with_it):
            rows = (await self._storage.scan(prefix, limit=_ROWS)).names
            if rows:
                await self._delete(fence, [prefix + below for below in rows])
                return 1
        counters = [place + pending.lease_mount for place in COUNTERS]
        await self._delete(fence, [row, *counters] if pending.lease_mount and not pending.left else [row])
        return 1

    async def _end_tokens(self, fence: Fence, row: str, pending: PendingDeletion, mount: MountRecord) -> None:
        """End one page of tokens of an auth method that was disabled, or moved out of its namespace.

        They are invalid already, but their leases aren't revoked.
        """
        names = (await self._storage.list(keys.tokens(mount.namespace), pending.tokens_after, _PAGE)).names
        ended = await transact(self._barrier, lambda txn: _made_by(txn, names, pending.lease_mount))
        await side_by_side([partial(self._end_token, fence, record) for record in ended])
        changed = msgspec.structs.replace(
            pending, tokens_after=names[-1] if names else pending.tokens_after, tokens_done=not names
        )

        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            txn.write(row, changed)

        await transact(self._barrier, body)

    async def _end_token(self, fence: Fence, record: TokenRecord) -> None:
        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            if await txn.read(keys.token(record.key), TokenRecord) is not None:
                await self._services.tokens.revoke(txn, record)

        await transact(self._barrier, body)

    async def _expire(
        self, fence: Fence, ids: list[str], now: float, row: str, changed: DeadTree | PendingDeletion
    ) -> None:
        """Mark leases as ended, and store the last one's name.  `LeaseEnding` revokes them."""

        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            for id_ in ids:
                lease = await self._services.leases.read(txn, id_)
                if lease is not None and lease.expires_at > now:
                    self._services.leases.expire(txn, lease, now)
            txn.write(row, changed)

        await transact(self._barrier, body)

    async def _delete(self, fence: Fence, rows: Iterable[str]) -> None:
        async def body(txn: Transaction) -> None:
            await txn.guard(fence)
            for row in rows:
                txn.delete(row)

        await transact(self._barrier, body)


async def _read_tree(txn: Transaction, key: str) -> tuple[DeadTree | None, TokenRecord | None]:
    return await txn.read(dead_tree_key(key), DeadTree), await txn.read(keys.token(key), TokenRecord)


async def _made_by(txn: Transaction, names: list[str], mount: str) -> list[TokenRecord]:
    records = [await txn.read(keys.token(name), TokenRecord) for name in names]
    return [record for record in records if record is not None and record.auth_mount == mount]
