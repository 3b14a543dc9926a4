"""Mounts of one process: logins of one don't wait for those of another."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import pytest

from tests.flow.auth.radius.mount import PASSWORD
from tests.flow.node import TestNode
from tests.sim.radius.scripted import SECRET, answer, scripted_radius

WAITING = 40
"""More than a mount's logins that ask at a time."""


async def node_of(**mounts: dict[str, Any]) -> TestNode:
    """A node with the method at these paths."""
    node = await TestNode.start()
    for path, settings in mounts.items():
        await node.ok("POST", f"sys/auth/{path}", {"type": "radius"})
        config = {"host": "127.0.0.1", "secret": SECRET.decode(), "read_timeout": 30, **settings}
        await node.ok("POST", f"auth/{path}/config", config)
    return node


async def log_in(node: TestNode, path: str, name: str = "ann") -> int:
    """The status of a login."""
    return (await node.ask("POST", f"auth/{path}/login/{name}", {"password": PASSWORD}, token="")).status


async def others_wait(node: TestNode, path: str, name: str = "silent") -> list[asyncio.Task[int]]:
    """Logins of another mount, to which nothing is answered."""
    return [asyncio.create_task(log_in(node, path, name)) for _ in range(WAITING)]


async def end(waiting: list[asyncio.Task[int]]) -> None:
    """Give them up; none of them has got an answer."""
    assert not any(task.done() for task in waiting)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_server_that_hangs_delays_only_its_own_logins() -> None:
    """While logins wait for one server, those of another one go on."""
    async with scripted_radius(lambda _, __: []) as silent, scripted_radius() as server:
        node = await node_of(hanging={"port": silent.port}, working={"port": server.port})
        waiting = await others_wait(node, "hanging")
        await silent.arrived.wait()
        assert await log_in(node, "working") == 200
        await end(waiting)


async def test_a_mount_takes_no_places_of_another_one_before_the_same_server() -> None:
    """Somebody else's mount may name the same server, with a secret to which it doesn't answer."""
    async with scripted_radius(lambda asked, _: [answer(asked)] if asked[1] == [b"ann"] else []) as server:
        node = await node_of(hanging={"port": server.port}, working={"port": server.port, "read_timeout": 5})
        waiting = await others_wait(node, "hanging")
        await server.arrived.wait()
        assert await log_in(node, "working") == 200
        await end(waiting)


async def test_a_name_that_nobody_knows_delays_only_its_own_logins(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that never answers is asked by threads of the mount that names it."""
    found, over, asked = socket.getaddrinfo, threading.Event(), threading.Event()

    def resolve(host: str, *of: Any, **more: Any) -> Any:
        if host == "silent.test":
            asked.set()
            over.wait(30)
        return found(host, *of, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    async with scripted_radius() as server:
        working = {"port": server.port, "host": "localhost", "dial_timeout": 5}
        node = await node_of(hanging={"host": "silent.test", "dial_timeout": 30}, working=working)
        waiting = await others_wait(node, "hanging")
        await asyncio.to_thread(asked.wait, 5)
        assert await log_in(node, "working") == 200
        await end(waiting)
        over.set()
        while any("Threads" in repr(task) for task in asyncio.all_tasks()):
            await asyncio.sleep(0.01)  # places are kept until their threads have ended
