"""Takes over what the first region has committed: one state as a whole, or none of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.keyring import open_keyring
from strongroom.barrier.region import FOLLOWER, RegionState, is_replicated
from strongroom.barrier.root_key import HAND_OVER
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.region.staged import staged_key, staged_row, staged_value
from strongroom.crypto import hpke
from strongroom.lib.errors import Conflict, Internal, Tampered, UpstreamFailed
from strongroom.lib.secret import Secret
from strongroom.sealing import root_key
from strongroom.seals import shamir
from strongroom.services.region import wire
from strongroom.services.region.checking import require_shared
from strongroom.services.region.link import Asking
from strongroom.services.region.records import (
    HEADS,
    MEMBERSHIP,
    PROGRESS,
    STAGED,
    Commit,
    Membership,
    Progress,
    Staging,
)
from strongroom.storage.base import Fence
from strongroom.storage.transfer.loading import parts
from strongroom.sysapi.services import Services

Rows = Mapping[str, bytes | None]
_PAGE: Final = 256


class Replica:
    """This region's copy of the first one, for the process that has the role.

    Args:
        asking: asks the first region for its root key, when that was replaced unnoticed.
        term: of the first region that is followed.
    """

    def __init__(self, services: Services, fence: Fence, asking: Asking, term: int) -> None:
        self._services = services
        self._barrier = services.barrier
        self._storage = services.barrier.storage
        self._fence = fence
        self._asking = asking
        self._term = term

    async def progress(self) -> Progress:
        """How far it is."""
        return await transact(self._barrier, lambda txn: txn.read(PROGRESS, Progress)) or Progress()

    async def take(self, rows: Rows, commit: Commit, as_of: float) -> None:
        """Take over all rows between the present commit and this one, in one commit.

        Args:
            as_of: when it was the newest, by the first region's clock.
        """
        require_shared(rows)

        async def body(txn: Transaction) -> None:
            txn.across.take_over(rows)
            await _forget_heads(txn, commit)
            txn.write(PROGRESS, Progress(commit=commit, as_of=as_of))

        await self._with_key(rows, body)

    async def begin(self, staging: Staging) -> None:
        """Begin to gather a state that is too large for one commit.  What was gathered before is forgotten."""

        async def body(txn: Transaction) -> None:
            progress = await txn.read(PROGRESS, Progress) or Progress()
            txn.write(PROGRESS, msgspec.structs.replace(progress, staging=None))

        await self._guarded(body)
        while names := (await self._storage.scan(STAGED, limit=_PAGE)).names:
            await self._guarded(lambda txn, names=tuple(names): _delete(txn, STAGED, names))  # type: ignore[misc]
        await self._note(staging)

    async def gather(self, rows: Rows, staging: Staging) -> None:
        """Keep rows of a state that isn't complete yet, and how far it is then."""
        require_shared(rows)
        for part in parts(rows, self._storage.limits):

            async def body(txn: Transaction, part: Rows = part) -> None:
                for key, value in part.items():
                    txn.write_plain(staged_key(key), staged_value(key, value))

            await self._guarded(body)
        await self._note(staging)

    async def complete(self, staging: Staging) -> None:
        """Put what was gathered in its place.  From the first commit to the last, nothing is served.

        It needs no other region, and goes on where an earlier process has stopped.
        """
        if staging.whole and not staging.ready:
            await self._gather_removals()
        ready = msgspec.structs.replace(staging, ready=True)

        async def close(txn: Transaction) -> None:
            await _settle(txn, settled=False)
            progress = await txn.read(PROGRESS, Progress) or Progress()
            txn.write(PROGRESS, msgspec.structs.replace(progress, staging=ready))

        await self._guarded(close)
        while names := (await self._storage.scan(STAGED, limit=_PAGE)).names:
            await self._place(names)

        async def open_(txn: Transaction) -> None:
            await _settle(txn, settled=True)
            membership = await txn.read(MEMBERSHIP, Membership)
            if membership is not None and membership.foreign:  # from now on its mounts are under these keys
                txn.write(MEMBERSHIP, msgspec.structs.replace(membership, foreign=False))
            await _forget_heads(txn, ready.commit)
            txn.write(PROGRESS, Progress(commit=ready.commit, as_of=ready.as_of))

        await self._guarded(open_)

    async def _place(self, names: list[str]) -> None:
        """Put some rows in their place, as many as one commit takes."""
        entries = (await self._storage.get_many([STAGED + name for name in names])).entries
        found = {staged.key: staged.value for staged in (staged_row(entry.value) for entry in entries.values())}
        part = next(parts(found, self._storage.limits), {})

        async def body(txn: Transaction) -> None:
            txn.across.take_over(part)
            for key in part:
                txn.delete(staged_key(key))

        await self._with_key(part, body)

    async def _gather_removals(self) -> None:
        """Keep a removal for each row that the whole copy doesn't have."""
        membership = await transact(self._barrier, lambda txn: txn.read(MEMBERSHIP, Membership))
        foreign = membership is not None and membership.foreign
        after = ""
        while names := (await self._storage.scan("", after, _PAGE)).names:
            after = names[-1]
            own = [name for name in names if is_replicated(name) or (foreign and _is_mounts_own(name))]
            have = (await self._storage.get_many([staged_key(name) for name in own])).entries
            gone = [name for name in own if staged_key(name) not in have]

            async def body(txn: Transaction, gone: list[str] = gone) -> None:
                for key in gone:
                    txn.write_plain(staged_key(key), staged_value(key, None))

            if gone:
                await self._guarded(body)

    async def _note(self, staging: Staging) -> None:
        async def body(txn: Transaction) -> None:
            progress = await txn.read(PROGRESS, Progress) or Progress()
            txn.write(PROGRESS, msgspec.structs.replace(progress, staging=staging))

        await self._guarded(body)

    async def _guarded(self, body: Callable[[Transaction], Awaitable[None]]) -> None:
        async def guarded(txn: Transaction) -> None:
            await require_following(txn, self._fence, self._term)
            await body(txn)

        await transact(self._barrier, guarded)

    async def _with_key(self, rows: Rows, body: Callable[[Transaction], Awaitable[None]]) -> None:
        """Commit these rows.  With a keyring under another root key, the region's own seals get that key first."""
        row = rows.get(keys.KEYRING)
        if row is None:
            await self._guarded(body)
            return
        try:
            key, handed = await self._barrier.root.successor_of(row, rows), False
        except Tampered:  # it was replaced more than an hour ago, so nothing leads to it any more
            key, handed = await self._handed_over(row), True
        now = await self._storage.now()

        async def with_seals(txn: Transaction) -> None:
            await body(txn)
            for name in await txn.list(keys.SEALS):
                record = shamir.rewrap(await root_key.seal_of(txn, name), key)
                txn.write_plain(keys.seal(name), msgspec.json.encode(record))
            if handed:
                after, successor = self._barrier.root.successor_row(key, now)
                txn.across.take_over({after: successor})

        await self._guarded(with_seals)

    async def _handed_over(self, row: bytes) -> Secret:
        """The root key from the first region."""
        membership = await transact(self._barrier, lambda txn: txn.read(MEMBERSHIP, Membership))
        if membership is None:
            raise Internal("this region follows none")
        said = await self._asking.ask(wire.KEY, wire.KeyAsked(self._term), wire.KeySaid)
        key = Secret(hpke.open_(membership.private_key, said.root_key, HAND_OVER))
        try:
            open_keyring(key, row)
        except Tampered as error:
            raise UpstreamFailed("the root key of the first region does not open its keyring") from error
        return key


async def require_following(txn: Transaction, fence: Fence, term: int) -> None:
    """Raise `Conflict` if the role has passed to another process, or this region follows no more.

    What was asked for before a promotion must not come in after it.
    """
    await txn.guard(fence)
    state = await txn.read(keys.REGION, RegionState)
    if state is None or state.role != FOLLOWER or state.term != term:
        raise Conflict("this region follows no more")


def _is_mounts_own(key: str) -> bool:
    return key.startswith("local/") and not key.startswith(keys.REGIONS)


async def _delete(txn: Transaction, prefix: str, names: tuple[str, ...]) -> None:
    for name in names:
        txn.delete(prefix + name)


async def _settle(txn: Transaction, *, settled: bool) -> None:
    state = await txn.read(keys.REGION, RegionState)
    if state is None:
        raise Internal("this region follows none")
    if state.settled != settled:
        txn.write(keys.REGION, msgspec.structs.replace(state, settled=settled))


async def _forget_heads(txn: Transaction, commit: Commit) -> None:
    """Remove what was heard of commits that are here now."""
    for name in await txn.list(HEADS):
        if int(name) <= commit.number:
            txn.delete(HEADS + name)
