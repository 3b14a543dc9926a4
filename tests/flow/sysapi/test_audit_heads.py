"""How far writers are, as the store keeps it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from strongroom.audit import records
from strongroom.audit.heads import Heads
from tests.flow.sysapi.system_server import Server


async def _chain(server: Server, path: str = "file") -> dict[str, int]:
    devices = (await server.ok("GET", f"sys/internal/audit/chain/{path}")).data["devices"]
    return {head["writer"]: head["sequence"] for device in devices for head in device["heads"]}


def test_heads_follow_the_log(tmp_path: Path) -> None:
    """Of each writer the last line at that time; also of one that has ended, and of a device that was disabled."""

    async def run() -> None:
        log = tmp_path / "a.log"
        server = await Server.start()
        parts = server.node.unsealed
        assert parts is not None
        heads = Heads(parts.barrier, parts.audit, parts.clock)
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
        assert list(parts.audit.trails) == []  # nothing is remembered of what has ended and is stored

    asyncio.run(run())


def test_a_device_that_was_not_made_leaves_no_head(tmp_path: Path) -> None:
    """The entry that tried it is of no device that anybody asks for."""

    async def run() -> None:
        server = await Server.start()
        parts = server.node.unsealed
        assert parts is not None
        heads = Heads(parts.barrier, parts.audit, parts.clock)
        options = {"type": "file", "options": {"file_path": str(tmp_path / "a.log"), "filter": "x"}}
        await server.ask("PUT", "sys/audit/file", options)
        await heads.store()
        assert (await server.node.storage.scan(records.HEADS)).names == []

    asyncio.run(run())


def test_heads_that_are_removed_are_counted(tmp_path: Path) -> None:
    """The store says how many it has lost."""

    async def run() -> None:
        server = await Server.start()
        parts = server.node.unsealed
        assert parts is not None
        heads = Heads(parts.barrier, parts.audit, parts.clock)
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

    asyncio.run(run())
