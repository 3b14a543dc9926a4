"""Moves all rows of a store to another one.

No row of the source is written, and it may be in use: what is written meanwhile comes over too.  The destination
equals the source at one revision, and is compared with it, row by row, before it counts as finished.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from strongroom.lib.errors import FeedTooOld, InvalidRequest
from strongroom.storage.base import Revision, Storage
from strongroom.storage.keys import KEY_BYTES
from strongroom.storage.transfer.copying import Position, Step, steps
from strongroom.storage.transfer.loading import parts
from strongroom.storage.transfer.migrating import checkpoint
from strongroom.storage.transfer.migrating.checkpoint import Checkpoint
from strongroom.storage.transfer.migrating.comparing import Compared, compare
from strongroom.storage.transfer.migrating.holding import Hold
from strongroom.storage.transfer.migrating.progress import Progress
from strongroom.storage.transfer.migrating.refusals import MigrationRefused
from strongroom.storage.transfer.migrating.walking import Moving

_NAMED: Final = 5
_LOOK_EVERY_S: Final = 0.5
_OTHER_SOURCE = (
    "the destination has a part of another store, or the source has changed too much since that was read: "
    "-reset removes it, so that the migration can begin anew"
)


@dataclass(frozen=True, slots=True)
class Moved:
    """What a migration has done.

    Attributes:
        revision: of the source, which the destination equals.
        resumed: whether an earlier run had begun.
        finished: whether the destination is ready to be served.  If not, servers still write to the source: when they
            are stopped, another run brings over the rest.
    """

    revision: Revision
    compared: Compared
    resumed: bool
    finished: bool


@dataclass(frozen=True, slots=True)
class Migration:
    """A migration from one store to another.

    Args:
        source: started; it is only read.
        destination: started, empty or with a part of the source.
        holder: names this process among those that migrate.
        nodes: the prefix of the rows that running nodes write periodically; they stay behind.
        quiet_s: how long a source with rows of nodes must be silent to count as stopped.
        told: is told the progress.
    """

    source: Storage
    destination: Storage
    holder: str
    nodes: str
    quiet_s: float
    told: Progress

    @property
    def _moving(self) -> Moving:
        return Moving((self.nodes,))

    async def run(self) -> Moved:
        """Begin, or go on where an earlier run was interrupted.

        Raises: `MigrationRefused`, `StorageError`.
        """
        await self._require_whole_source()
        hold = Hold(self.destination, self.holder)
        await hold.take()
        try:
            begun = await checkpoint.read(self.destination)
            if begun is None:
                await self._require_room(hold)
            revision = await self._copy(hold, begun)
            compared = await compare(self.source, self.destination, self._moving, revision, self.told)
            finished = await self._stopped(revision)
            if finished:
                await hold.commit({checkpoint.KEY: None})
        finally:
            await hold.release()
        return Moved(revision, compared, begun is not None, finished)

    async def _require_whole_source(self) -> None:
        """Raises `MigrationRefused` for the destination of another migration: a copy of its part would count as all."""
        if await checkpoint.read(self.source) is not None:
            raise MigrationRefused(
                "the source has only a part of another store: the migration into it isn't finished. Finish that one "
                "first, or move from the store that it moves from"
            )

    async def _require_room(self, hold: Hold) -> None:
        """Raises `MigrationRefused` unless the destination is empty and can take all that the source has."""
        if found := await self._moving.first(self.destination):
            raise MigrationRefused(f"the destination isn't empty: it has {found!r}, for one")
        if not await self._moving.first(self.source):
            raise MigrationRefused("the source is empty: there is nothing to move")
        limits, room = hold.room, hold.room.bytes
        if self.source.limits.value_bytes <= min(limits.value_bytes, room - KEY_BYTES):
            return
        over, rows = [], 0
        async for key, entry in self._moving.rows(self.source):
            rows += 1
            self.told("Measuring", rows, 0)
            if len(entry.value) > min(limits.value_bytes, room - len(key.encode())):
                over.append(f"{key} ({len(entry.value)} bytes)")
        if over:
            named = ", ".join(over[:_NAMED]) + (", …" if len(over) > _NAMED else "")
            raise MigrationRefused(
                f"{len(over)} rows are larger than the destination takes ({min(limits.value_bytes, room)} bytes), and "
                f"nothing was written: {named}"
            )

    async def _copy(self, hold: Hold, begun: Checkpoint | None) -> Revision:
        """Copy all that is missing.  Returns the revision that the destination equals then."""
        total = await self._moving.count(self.source)
        start = begun.position if begun is not None else Position(await self.source.synced())
        mark = begun or Checkpoint(start.since, start.since, "", False, 0)
        if begun is None:
            await hold.commit({checkpoint.KEY: mark.encode()})
        try:
            async with aclosing(steps(self.source, start)) as copying:
                async for step in copying:
                    mark = await self._put(hold, step, mark)
                    self.told("Copying", min(mark.rows, total), total)
        except FeedTooOld as error:
            raise MigrationRefused(_OTHER_SOURCE) from error
        return mark.since

    async def _put(self, hold: Hold, step: Step, mark: Checkpoint) -> Checkpoint:
        """Write the rows of a step; the checkpoint moves on with the last of them."""
        rows = {key: value for key, value in step.rows.items() if self._moving.moves(key)}
        at = step.position
        mark = Checkpoint(mark.began, at.since, at.after, at.whole, mark.rows + len(rows))
        if not rows and not at.current:
            return mark
        commits = list(parts(rows, hold.room)) or [{}]
        commits[-1] = {**commits[-1], checkpoint.KEY: mark.encode()}
        for commit in commits:
            try:
                await hold.commit(commit)
            except InvalidRequest as error:
                raise MigrationRefused(f"the destination refuses a row of {', '.join(commit)}: {error}") from error
        return mark

    async def _stopped(self, revision: Revision) -> bool:
        """Whether nothing writes to the source any more.  Nodes write their rows periodically, and remove none."""
        if await self.source.synced() != revision:
            return False
        if not (await self.source.scan(self.nodes, "", 1)).names:
            return True
        for look in range(1, int(self.quiet_s / _LOOK_EVERY_S) + 2):
            self.told("Waiting whether the source is still written to", look, int(self.quiet_s / _LOOK_EVERY_S) + 1)
            await asyncio.sleep(_LOOK_EVERY_S)
            if await self.source.synced() != revision:
                return False
        return True
