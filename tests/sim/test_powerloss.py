"""What SQLite's store has acknowledged survives a power loss at any moment."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from random import Random

import pytest

from strongroom.lib.errors import StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.storage.sqlite import SqliteStorage
from tests.sim.clock import SetClock
from tests.sim.powerloss import RecordingDisk

COMMITTERS = 6
COMMITS = 25

Acknowledged = list[tuple[int, int, int]]
"""Of each acknowledged commit: the moment of the answer, the committer, and its count."""


async def write_load(directory: Path, disk: RecordingDisk, synchronous: str) -> Acknowledged:
    """Commit two rows at a time from several committers, with checkpoints in between."""
    storage = SqliteStorage(
        directory,
        SetClock(),
        SystemRandom(),
        vfs=disk.name,
        unsafe_synchronous=synchronous,
        checkpoint_bytes=1,
        log_bytes=400_000,
        upkeep_interval_s=3600,
    )
    await storage.start()
    acknowledged: Acknowledged = []

    async def committer(number: int) -> None:
        for count in range(1, COMMITS + 1):
            value = b"%d" % count
            pair = {f"left/{number}": value, f"right/{number}": value}
            await storage.commit({}, {**pair, f"n/{number}/{count}": b""}, {})
            acknowledged.append((len(disk.events), number, count))
            if count % 8 == number:
                await storage.upkeep()

    await asyncio.gather(*(committer(number) for number in range(COMMITTERS)))
    await storage.close()
    return acknowledged


async def losses(image: dict[str, bytes], directory: Path, acknowledged: Acknowledged, moment: int) -> list[str]:
    """What is wrong with a store that opens on `image`: lost commits, half commits, a damaged file."""
    directory.mkdir()
    for name, content in image.items():
        (directory / name).write_bytes(content)
    expected = dict.fromkeys(range(COMMITTERS), 0)
    for at, number, count in acknowledged:
        if at <= moment:
            expected[number] = max(expected[number], count)
    storage = SqliteStorage(directory, SetClock(), SystemRandom(), ballast_bytes=0, upkeep_interval_s=3600)
    try:
        await storage.start()
    except StorageError as error:
        return [f"does not open: {error.detail}"]
    found = []
    for number, least in expected.items():
        left, right = await storage.get(f"left/{number}"), await storage.get(f"right/{number}")
        count = int(left.value) if left else 0
        if count < least:
            found.append(f"committer {number}: {least} acknowledged, {count} kept")
        if left != right or len((await storage.list(f"n/{number}/")).names) != count:
            found.append(f"committer {number}: half a commit")
    revision = await storage.commit({}, {"after": b""}, {})
    if revision.number != sum([len((await storage.scan("n/")).names), 1]):
        found.append(f"revision {revision.number} does not follow")
    await storage.close()
    connection = sqlite3.connect(directory / "strongroom.db")
    found += [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    connection.close()
    return found


def try_power_losses(tmp_path: Path, synchronous: str, seed: int, torn: bool) -> list[str]:
    """Fail the power at random moments of one write load; returns what went wrong."""
    chance = Random(seed)

    async def main() -> list[str]:
        with RecordingDisk(f"recording-{synchronous}-{seed}-{torn}") as disk:
            acknowledged = await write_load(tmp_path / "load", disk, synchronous)
            found = []
            moments = [len(disk.events), *(chance.randrange(len(disk.events)) for _ in range(25))]
            for index, moment in enumerate(moments):
                image = disk.image(moment, chance if torn else None)
                found += await losses(image, tmp_path / f"image-{index}", acknowledged, moment)
            return found

    return asyncio.run(main())


@pytest.mark.parametrize("torn", [False, True], ids=["lost", "torn"])
@pytest.mark.parametrize("seed", range(2))
def test_nothing_acknowledged_is_lost(tmp_path: Path, seed: int, torn: bool) -> None:
    """Whatever was not synced is gone, or there in part: every acknowledged commit is kept, and each wholly."""
    assert try_power_losses(tmp_path, "FULL", seed, torn) == []


def test_without_syncing_commits_are_lost(tmp_path: Path) -> None:
    """The same load with syncing off loses acknowledged commits: the test above is able to fail."""
    assert try_power_losses(tmp_path, "OFF", 0, False) != []


def test_syncing_checkpoints_only_loses_commits(tmp_path: Path) -> None:
    """So does syncing at checkpoints only, which keeps the file intact and forgets the newest commits."""
    found = try_power_losses(tmp_path, "NORMAL", 0, False)
    assert found
    assert all("acknowledged" in problem for problem in found)
