"""What a schedule says while its snapshot is being taken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from strongroom.barrier.transaction import transact
from strongroom.core.scheduled_snapshots import ScheduledSnapshots
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
