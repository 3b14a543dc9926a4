"""Files that others may write to: what is loaded, restored and left behind on a machine that has other users too."""

from __future__ import annotations

import asyncio
import io
import os
import time
from pathlib import Path

import pytest

from strongroom.lib.errors import InvalidRequest
from strongroom.services.snapshots.loading import KEPT_S, Loadings
from strongroom.services.snapshots.restoring import check, restore
from strongroom.snapshot.stored import Damaged
from strongroom.sysapi.services import Services
from tests.flow.node import TestNode
from tests.unit.snapshot.made import content, snapshot, store

_PLANTED = "00000000-0000-4000-8000-{:012d}"


async def started(work: Path) -> Services:
    """A node that puts its files there."""
    node = await TestNode.start()
    services = node.node.unsealed
    assert services is not None
    services.snapshots.work = work
    return services


async def taken(services: Services) -> bytes:
    """A snapshot that the node vouches for."""
    found = await services.snapshots.take()
    try:
        return b"".join([piece async for piece in found.pieces()])
    finally:
        await found.close()


async def test_only_own_files_are_loaded_snapshots(tmp_path: Path) -> None:
    """The directory may be `/tmp`: neither a link, nor what others may write, nor another user's file counts."""
    services = await started(tmp_path)
    loaded = await services.loadings.load(io.BytesIO(await taken(services)))
    own = tmp_path / f".loaded-{loaded.id}.db"
    planted = [tmp_path / f".loaded-{_PLANTED.format(number)}.db" for number in range(3)]
    planted[0].symlink_to(own)
    planted[1].write_bytes(own.read_bytes())
    planted[1].chmod(0o666)
    planted[2].mkdir()
    if os.geteuid() == 0:
        foreign = tmp_path / f".loaded-{_PLANTED.format(9)}.db"
        foreign.write_bytes(b"x")
        os.chown(foreign, 12345, 12345)
    assert [each.id for each in await services.loadings.all()] == [loaded.id]
    assert all(os.path.lexists(each) for each in planted)


async def test_nothing_stays_longer_than_it_should(tmp_path: Path) -> None:
    """What an earlier process has left is removed without being asked for, and what isn't its time stays."""
    services = await started(tmp_path)
    image = await taken(services)
    old, new = [(await services.loadings.load(io.BytesIO(image))).id for _ in range(2)]
    unfinished = [tmp_path / ".loaded-x.partial", tmp_path / ".strongroom-x.snap", tmp_path / ".strongroom-new.snap"]
    for file in unfinished:
        file.write_bytes(b"")
        file.chmod(0o600)
    for file, age_s in ((tmp_path / f".loaded-{old}.db", KEPT_S), *((each, 90000.0) for each in unfinished[:2])):
        os.utime(file, (time.time() - age_s - 1,) * 2)
    Loadings(services.snapshots)
    while len(list(tmp_path.iterdir())) > 2:
        await asyncio.sleep(0.01)
    assert {each.name for each in tmp_path.iterdir()} == {f".loaded-{new}.db", ".strongroom-new.snap"}


class Changing(io.BytesIO):
    """A file that somebody exchanges between its first reading and the second one."""

    def __init__(self, first: bytes, second: bytes) -> None:
        super().__init__(first)
        self._second = second

    def seek(self, place: int, whence: int = 0) -> int:
        """Also what begins the second reading."""
        super().seek(0)
        self.truncate()
        self.write(self._second)
        return super().seek(0)


async def test_a_snapshot_that_is_exchanged_while_it_is_checked_is_not_served(tmp_path: Path) -> None:
    """Who may write where a schedule keeps its snapshots can't have another one restored than was vouched for."""
    services = await started(tmp_path)
    forged = await snapshot(services.barrier.storage, key=None)
    file = Changing(await taken(services), forged)

    async def seal() -> None:
        raise AssertionError

    with pytest.raises(Damaged, match="changed the snapshot"):
        await restore(services.snapshots, file, forced=False, frozen=True, seal=seal)


async def test_a_snapshot_that_nobody_could_unseal_here_is_not_restored(tmp_path: Path) -> None:
    """The node would be sealed for good; by force it is looked at further."""
    services = await started(tmp_path)
    rows = await content(services.barrier.storage)
    del rows["core/seal/shamir"]
    foreign = await snapshot(await store({**rows, "core/seal/cloud": b'{"type":"awskms"}'}))
    with pytest.raises(InvalidRequest, match="no seal of the snapshot can be opened by this release"):
        await check(services.snapshots, io.BytesIO(foreign), forced=False)
    assert (await check(services.snapshots, io.BytesIO(foreign), forced=True)).opens


async def test_no_two_schedules_remove_each_others_snapshots(tmp_path: Path) -> None:
    """What is kept, and how many, is told by the names of the files; two schedules need two places or two names."""
    node = await TestNode.start()
    services = node.node.unsealed
    assert services is not None
    services.snapshots.directories = (str(tmp_path),)
    hourly = {"storage_type": "local", "interval": "1h", "retain": 48, "path_prefix": str(tmp_path)}
    await node.ok("PUT", "sys/snapshots/schedule/hourly", hourly)
    await node.ok("PUT", "sys/snapshots/schedule/hourly", {"retain": 24})
    refused = await node.ask("PUT", "sys/snapshots/schedule/daily", {**hourly, "path_prefix": f"{tmp_path}/"})
    assert (refused.status, "hourly has the same place" in refused.error) == (400, True)
    await node.ok("PUT", "sys/snapshots/schedule/daily", {**hourly, "file_prefix": "daily"})
    await node.ok("PUT", "sys/snapshots/schedule/weekly", {**hourly, "path_prefix": f"{tmp_path}/weekly"})
    bucket = {"storage_type": "aws-s3", "interval": "1h", "retain": 48, "aws_s3_bucket": "backups"}
    await node.ok("PUT", "sys/snapshots/schedule/afar", {**bucket, "aws_s3_endpoint": "s3.example:9000"})
    spelled = {**bucket, "aws_s3_endpoint": "https://S3.example:9000/"}
    refused = await node.ask("PUT", "sys/snapshots/schedule/further", spelled)
    assert (refused.status, "afar has the same place" in refused.error) == (400, True)
