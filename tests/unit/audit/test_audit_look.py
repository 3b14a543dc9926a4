"""What a process sees to about once a second: whether its audit devices still write where they should."""

from __future__ import annotations

import asyncio
from pathlib import Path

from strongroom.audit.heads import Heads
from tests.flow.sysapi.system_server import Server
from tests.sim.clock import SetClock
from tests.unit.audit.test_audit_broker import begun


async def test_a_device_that_has_lost_its_place_is_opened_anew_with_the_next_entry() -> None:
    """The others are seen to all the same, and one that is well isn't opened again."""
    auditing = await begun()
    await auditing.enable("a/")
    await auditing.enable("b/")
    await auditing.say()
    lost, well = await auditing.device("a/"), await auditing.device("b/")
    lost.broken = "look"
    auditing.broker.look()
    auditing.broker.look()
    lost.broken = ""
    lost.events.clear()
    well.events.clear()
    await auditing.say()
    assert (lost.events, well.events) == (["open", "write"], ["write"])


async def test_the_one_who_stores_heads_sees_to_the_devices(tmp_path: Path) -> None:
    """A file that was removed is there again without any request, and takes the entries that follow."""
    server = await Server.start()
    path = tmp_path / "a.log"
    await server.ok("PUT", "sys/audit/file", {"type": "file", "options": {"file_path": str(path)}})
    await server.ok("GET", "sys/mounts")
    services = server.node.unsealed
    assert services is not None
    path.unlink()
    upkeep = asyncio.create_task(Heads(services.barrier, services.audit, SetClock()).run_forever())
    async with asyncio.timeout(30):
        while not path.exists():
            await asyncio.sleep(0.01)
    upkeep.cancel()
    await server.ok("GET", "sys/mounts")
    assert len(path.read_bytes().splitlines()) == 2
