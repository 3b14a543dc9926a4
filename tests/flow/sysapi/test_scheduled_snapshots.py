"""What a schedule says while its snapshot is being taken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from strongroom.barrier.transaction import transact
from strongroom.core.scheduled_snapshots import ScheduledSnapshots
from strongroom.lib.errors import StorageError
from strongroom.services.snapshots.schedule import places, records
from tests.flow.node import TestNode
from tests.flow.sysapi.test_frozen import services_of

STATUS = "sys/snapshots/status/daily"


async def test_each_phase_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever wants a snapshot meanwhile gets the one that is being taken; afterwards no phase is told."""
    node = await TestNode.start()
    services = services_of(node)
    services.snapshots.directories = (str(tmp_path),)
    body = {"interval": "1h", "path_prefix": str(tmp_path), "storage_type": "local"}
    await node.ok("POST", "sys/snapshots/schedule/daily", body)
    seen: list[str] = []
    warned: list[str] = []

    async def look() -> None:
        seen.append((await node.ok("GET", STATUS)).body["data"]["phase"])
        answer = await node.ok("POST", "sys/snapshots/take/daily", {"background": True})
        warned.extend(answer.body["warnings"])

    def looking(work: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def looked(*arguments: Any) -> Any:
            await look()
            return await work(*arguments)

        return looked

    local = type(places.place_of(await _schedule(node), services.snapshots.directories, services.snapshots.work))
    monkeypatch.setattr(services.snapshots, "take", looking(services.snapshots.take))
    for name in ("keep", "opened"):
        monkeypatch.setattr(local, name, looking(getattr(local, name)))
    assert await ScheduledSnapshots(services).run_once() == 1
    assert seen == ["copying", "keeping", "verifying"]
    assert set(warned) == {"A snapshot of this schedule is being taken already."}
    told = (await node.ok("GET", STATUS)).body["data"]
    assert (told["phase"], told["phase_start"], told["kept"]) == ("", "", 1)
    assert await ScheduledSnapshots(services).run_once() == 0
    await node.ok("POST", "sys/snapshots/take/daily", {"background": True})
    assert await ScheduledSnapshots(services).run_once() == 1


async def test_a_failure_ends_the_phase(tmp_path: Path) -> None:
    """A place that isn't there: the failure is told, and nothing is under way."""
    node = await TestNode.start()
    services = services_of(node)
    services.snapshots.directories = (str(tmp_path),)
    body = {"interval": "1h", "path_prefix": str(tmp_path / "daily"), "storage_type": "local"}
    await node.ok("POST", "sys/snapshots/schedule/daily", body)
    (tmp_path / "daily").write_text("no directory")
    assert await ScheduledSnapshots(services).run_once() == 1
    told = (await node.ok("GET", STATUS)).body["data"]
    assert (told["phase"], told["consecutive_errors"]) == ("", 1)


async def _schedule(node: TestNode) -> Any:
    return await transact(services_of(node).barrier, lambda txn: records.read(txn, "daily"))


async def _scheduled(tmp_path: Path, **more: Any) -> TestNode:
    node = await TestNode.start()
    services_of(node).snapshots.directories = (str(tmp_path),)
    body = {"interval": "1h", "path_prefix": str(tmp_path), "storage_type": "local", **more}
    await node.ok("POST", "sys/snapshots/schedule/daily", body)
    return node


async def test_a_good_one_that_is_taken_meanwhile_stays_the_last_good_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever becomes of the other: else it could be removed, and the status would name a file that is gone."""
    node = await _scheduled(tmp_path)
    services = services_of(node)
    await ScheduledSnapshots(services).run_once()
    first = (await node.ok("GET", STATUS)).body["data"]["good_name"]
    await node.ok("POST", "sys/snapshots/take/daily", {"background": True})
    take = services.snapshots.take
    taken: list[str] = []

    async def taking() -> Any:
        monkeypatch.setattr(services.snapshots, "take", take)
        node.clock.advance(1)
        taken.append((await node.ok("POST", "sys/snapshots/take/daily")).body["data"]["name"])
        raise StorageError("the disk is full")

    monkeypatch.setattr(services.snapshots, "take", taking)
    assert await ScheduledSnapshots(services).run_once() == 1
    told = (await node.ok("GET", STATUS)).body["data"]
    assert (told["good_name"], told["last_snapshot_error"], told["kept"]) == (taken[0], "the disk is full", 1)
    assert [each.name for each in tmp_path.iterdir()] == taken != [first]
    refused = await node.ask("DELETE", f"sys/snapshots/taken/daily/{taken[0]}")
    assert refused.status == 400 and "last good snapshot" in refused.body["errors"][0]


async def test_a_fault_of_the_server_is_told_and_tried_again_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at once and without end, with a phase that never ends; what the fault says may be secret, and isn't told."""
    node = await _scheduled(tmp_path)
    services = services_of(node)

    async def broken() -> Any:
        raise RuntimeError("canary-of-a-fault")

    monkeypatch.setattr(services.snapshots, "take", broken)
    assert await ScheduledSnapshots(services).run_once() == 1
    told = (await node.ok("GET", STATUS)).body["data"]
    assert (told["phase"], told["consecutive_errors"]) == ("", 1)
    assert "a fault of this server" in told["last_snapshot_error"] and "canary" not in str(told)
    assert await ScheduledSnapshots(services).run_once() == 0


async def test_nothing_is_under_way_while_the_store_is_frozen(tmp_path: Path) -> None:
    """A snapshot of a schedule holds the status of the moment when it was taken: after a restore nobody takes one."""
    node = await _scheduled(tmp_path)
    services = services_of(node)
    assert await ScheduledSnapshots(services).run_once() == 1
    name = (await node.ok("GET", STATUS)).body["data"]["good_name"]
    assert (await node.ok("POST", f"sys/snapshots/taken/daily/{name}/restore")).body["data"]["frozen"] is True
    told = (await node.ok("GET", STATUS)).body["data"]
    assert (told["phase"], told["phase_start"]) == ("", "")
