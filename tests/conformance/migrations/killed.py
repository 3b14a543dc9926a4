"""Migrates a store again and again, and is killed at each commit in turn; a program, because it kills its children.

`python -m tests.conformance.migrations.killed DIRECTORY` prints what became of each attempt.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from strongroom.lib.rand import SystemRandom
from strongroom.storage.base import Add, Limits, Revision
from strongroom.storage.sqlite import SqliteStorage
from strongroom.storage.transfer.migrating import Migration, MigrationRefused
from strongroom.storage.transfer.migrating.holding import TTL_S
from tests.sim.clock import SetClock

KILLS = 20
ROWS = 1500
NODES = "shared/root/sys/node/"
_LATEST = 2_000_000_000.0


class Killing(SqliteStorage):
    """A store whose process is killed at one of its commits: before it, or as soon as it is durable."""

    limits = Limits(keys=62, bytes=1 << 20, value_bytes=1 << 19)
    commits_left = 1

    async def commit(
        self, reads: Mapping[str, int], writes: Mapping[str, bytes | None], adds: Mapping[str, Add]
    ) -> Revision:
        """As any store, until its time has come."""
        self.commits_left -= 1
        if self.commits_left == 0 and os.getpid() % 2:
            os.kill(os.getpid(), signal.SIGKILL)
        revision = await super().commit(reads, writes, adds)
        if self.commits_left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return revision


async def migrate(directory: Path, now: float, commits: int) -> bool:
    """One attempt, in which so many commits are made at the most; whether an earlier one was gone on with."""
    source = SqliteStorage(directory / "source", SetClock(now), SystemRandom())
    destination = Killing(directory / "destination", SetClock(now), SystemRandom())
    destination.commits_left = commits
    await source.start()
    await destination.start()
    changes: dict[str, bytes | None] = {"shared/written": b"%d" % commits, f"shared/{int(now) % ROWS:05}": None}
    await source.commit({}, changes, {})
    moved = await Migration(source, destination, str(os.getpid()), NODES, 0.0, lambda *_: None).run()
    await source.close()
    await destination.close()
    return moved.resumed and moved.finished


async def fill(directory: Path) -> None:
    """Make the source."""
    source = SqliteStorage(directory / "source", SetClock(_LATEST), SystemRandom())
    await source.start()
    for start in range(0, ROWS, 500):
        rows = {f"shared/{number:05}": b"%d" % number * 9 for number in range(start, start + 500)}
        await source.commit({}, rows, {})
    await source.close()


def main(directory: Path) -> None:
    """Kill so many attempts, and let the last one end."""
    asyncio.run(fill(directory))
    now = _LATEST
    for kill in range(1, KILLS + 1):
        child = os.fork()
        if child == 0:
            try:
                asyncio.run(migrate(directory, now, 2 + kill % 3))
            except MigrationRefused as error:
                print(error, flush=True)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) else "ended", flush=True)
        now += TTL_S + 1
    print("whole" if asyncio.run(migrate(directory, now, 10**6)) else "not resumed", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
