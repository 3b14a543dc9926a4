"""How far writers are, as the store keeps it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from strongroom.audit import devices, records
from strongroom.audit.broker import MOST
from strongroom.audit.heads import Heads
from strongroom.barrier.transaction import transact
from strongroom.sysapi.services import Services
from tests.flow.sysapi.system_server import Server


async def _server() -> tuple[Server, Services, Heads]:
    """A server, its services, and what stores the heads of its writers."""
    server = await Server.start()
    services = server.node.unsealed
    assert services is not None
    return server, services, Heads(services.barrier, services.audit, services.clock)


async def _devices(server: Server, path: str) -> list[dict[str, Any]]:
    found = (await server.ok("GET", f"sys/internal/audit/chain/{path}")).data["devices"]
    return list(found)


async def _chain(server: Server, path: str = "file") -> dict[str, int]:
    found = await _devices(server, path)
    return {head["writer"]: head["sequence"] for device in found for head in device["heads"]}


async def test_heads_follow_the_log(tmp_path: Path) -> None:
    """Of each writer the last line at that time; also of one that has ended, and of a device that was disabled."""
    log = tmp_path / "a.log"
    server, services, heads = await _server()
    await server.ok("PUT", "sys/audit/file", {"type": "file", "options": {"file_path": str(log)}})
    await server.ok("GET", "sys/mounts")
    await heads.store()
    lasts = {}
    for line in log.read_text().splitlines():
        link = json.loads(line)["chain"]
        lasts[link["writer"]] = link["sequence"]
    assert await _chain(server) == lasts
    assert sorted(lasts.values()) == [1, 2]
    await server.ok("DELETE", "sys/audit/file")
    await heads.store()
    assert sorted((await _chain(server)).values()) == [1, 6]
    await heads.store()
    assert list(services.audit.trails) == []  # nothing is remembered of what has ended and is stored


async def test_a_device_that_was_not_made_leaves_no_head(tmp_path: Path) -> None:
    """The entry that tried it is of no device that anybody asks for."""
    server, _, heads = await _server()
    options = {"type": "file", "options": {"file_path": str(tmp_path / "a.log"), "filter": "x"}}
    await server.ask("PUT", "sys/audit/file", options)
    await heads.store()
    assert (await server.node.storage.scan(records.HEADS)).names == []


async def test_heads_that_are_removed_are_counted(tmp_path: Path) -> None:
    """The store says how many it has lost."""
    server, _, heads = await _server()
    options = {"type": "file", "options": {"file_path": str(tmp_path / "a.log")}}
    await server.ok("PUT", "sys/audit/file", options)
    await server.ok("GET", "sys/mounts")
    await heads.store()
    storage = server.node.storage
    names = (await storage.scan(records.HEADS)).names
    await storage.commit({}, {records.HEADS + names[0]: None}, {})
    device = (await server.ok("GET", "sys/internal/audit/chain/file")).data["devices"][0]
    assert device["lost"] == 1
    assert device["former"] is False
    await server.ok("DELETE", "sys/audit/file")
    await server.ok("PUT", "sys/audit/file", options)
    devices = (await server.ok("GET", "sys/internal/audit/chain/file")).data["devices"]
    assert [device["former"] for device in devices] == [False, True]


async def test_devices_that_come_and_go_do_not_fill_the_list(tmp_path: Path) -> None:
    """Whoever may make devices makes and removes many: what is known of other writers is stored all the same."""
    server, services, heads = await _server()
    options = {"type": "file", "options": {"file_path": str(tmp_path / "a.log")}}
    await server.ok("PUT", "sys/audit/file", options)
    sizes = []
    for _ in range(8):
        await server.ok("PUT", "sys/audit/other", {"type": "file", "options": {"file_path": "discard"}})
        await server.ok("DELETE", "sys/audit/other")
        await heads.store()
        listed = await transact(services.barrier, lambda txn: txn.read(records.MANIFEST, records.Manifest))
        assert listed is not None
        sizes.append((len(listed.devices), len(listed.heads)))
    assert sizes == [(1, 1)] * 8
    lost = [device["lost"] for device in await _devices(server, "other")]
    assert lost == [0] * 8


async def test_heads_of_a_former_device_that_are_removed_are_counted(tmp_path: Path) -> None:
    """Also after it was disabled, the store says how many it has lost."""
    server, _, heads = await _server()
    options = {"type": "file", "options": {"file_path": str(tmp_path / "a.log")}}
    await server.ok("PUT", "sys/audit/file", options)
    await server.ok("GET", "sys/mounts")
    await heads.store()
    await server.ok("DELETE", "sys/audit/file")
    await heads.store()
    storage = server.node.storage
    for name in (await storage.scan(records.HEADS)).names:
        await storage.commit({}, {records.HEADS + name: None}, {})
    assert [device["lost"] for device in await _devices(server, "file")] == [2]


async def test_no_more_devices_than_a_request_can_be_written_to(tmp_path: Path) -> None:
    """Each takes a descriptor of every process and two lines of every request: there is a bound, also for paths."""
    server = await Server.start()
    device = {"type": "file", "options": {"file_path": "discard"}}
    for number in range(MOST):
        await server.ok("PUT", f"sys/audit/{number}", device)
    response = await server.ask("PUT", "sys/audit/more", device)
    assert response.status == 400
    assert "which is the most" in response.body["errors"][0]
    await server.ok("DELETE", "sys/audit/0")
    assert (await server.ask("PUT", f"sys/audit/{'x' * 600}", device)).status == 400
    await server.ok("PUT", "sys/audit/more", device)


async def test_each_device_keeps_its_own_count(tmp_path: Path) -> None:
    """One that is disabled takes its count along, to which its last writers still come; the other's stays."""
    server, services, heads = await _server()
    for name in ("one", "two"):
        options = {"file_path": str(tmp_path / f"{name}.log")}
        await server.ok("PUT", f"sys/audit/{name}", {"type": "file", "options": options})
    await server.ok("GET", "sys/mounts")
    await heads.store()
    listed = await transact(services.barrier, lambda txn: txn.read(records.MANIFEST, records.Manifest))
    assert listed is not None
    ids = {path: id_ for id_, path in listed.devices.items()}
    before = dict(listed.heads)
    assert set(before) == set(ids.values())
    await server.ok("DELETE", "sys/audit/one")
    listed = await transact(services.barrier, lambda txn: txn.read(records.MANIFEST, records.Manifest))
    assert listed is not None
    assert dict(listed.heads) == {ids["two/"]: before[ids["two/"]]}
    place = records.FORMER + ids["one/"]
    former = await transact(services.barrier, lambda txn: txn.read(place, records.FormerDevice))
    assert former is not None
    assert former.heads == before[ids["one/"]]
    await transact(services.barrier, lambda txn: devices.count_heads(txn, {ids["one/"]: 7, "nobody": 3}))
    former = await transact(services.barrier, lambda txn: txn.read(place, records.FormerDevice))
    assert former is not None
    assert former.heads == 7
