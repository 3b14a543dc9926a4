"""Instances take turns on a node with several workers, and find out that another server has none."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from strongroom.agent.config.rendering import Turns
from strongroom.agent.session.login import Login
from strongroom.agent.turns import TurnsMissing, TurnTaker
from strongroom.agent.upstream import Upstream
from strongroom.client.settings import Settings
from strongroom.server.config.reader import Where
from tests.conformance.processes.node import Node, running
from tests.conformance.servers import Server, start_peer

INSTANCES = 4
FAR = 1e12
RULES = 'path "turns/take/web" { capabilities = ["update"] } path "turns/give/web" { capabilities = ["update"] }'


class LoggedIn:
    """A session with a token that stays."""

    def __init__(self, token: str) -> None:
        self.current: Login | None = Login(1, token, "", renewable=True, ends_at=FAR, last_end_at=FAR)

    async def after(self, number: int) -> Login:
        """Whenever there is another."""
        await asyncio.Event().wait()
        raise AssertionError

    def refused(self, login: Login) -> None:
        """There is none any more."""
        self.current = None

    async def lasting(self, seconds: float) -> Login:
        """Its token lasts."""
        raise AssertionError


@contextmanager
def upstream(address: str) -> Iterator[Upstream]:
    """A way to a server."""
    found = Upstream(Settings(address=address, max_retries=0), 2 * INSTANCES)
    try:
        yield found
    finally:
        found.close()


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with two workers and a group."""
    with running(Node(tmp_path_factory.mktemp("turns"), workers_wanted=2)) as node:
        node.ready()
        node.ok("POST", "sys/mounts/turns", {"type": "turns"})
        node.ok("POST", "turns/groups/web", {})
        node.ok("PUT", "sys/policies/acl/web", {"policy": RULES})
        yield node


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The reference server, which has a mount of the engine `kv`."""
    with start_peer(tmp_path_factory.mktemp("peer")) as server:
        yield server


def new_token(node: Node) -> str:
    """A token of an instance."""
    made = node.ok("POST", "auth/token/create", {"policies": ["web"], "ttl": "1h"})
    return str(made.json["auth"]["client_token"])


def taker(way: Upstream, token: str, name: str, command: tuple[str, ...] = (), path: str = "turns/web") -> TurnTaker:
    """The part of an instance's agent that takes turns."""
    settings = Turns(Where("agent.hcl", 1), path=path, health_command=command, health_timeout_s=10)
    return TurnTaker(settings, way, LoggedIn(token), holder=name)


def test_instances_restart_one_after_another(node: Node, tmp_path: Path) -> None:
    """Each is well before the next one begins, though one of them dies in the middle and its token is revoked."""
    restarts: list[tuple[float, float]] = []

    async def restart(at: int, way: Upstream, token: str) -> None:
        mark = tmp_path / f"well-{at}"
        one = taker(way, token, f"web-{at}", (f"test -e {mark}",))
        await one.check()
        async with one.turn():
            began = time.monotonic()
            await asyncio.sleep(0.05)
            mark.touch()
            restarts.append((began, time.monotonic()))

    async def run(way: Upstream) -> None:
        dying_token = new_token(node)
        began = asyncio.Event()

        async def die() -> None:
            async with taker(way, dying_token, "dying").turn():
                began.set()
                await asyncio.sleep(1000)

        dying = asyncio.create_task(die())
        await began.wait()
        others = [asyncio.create_task(restart(at, way, new_token(node))) for at in range(INSTANCES)]
        await asyncio.sleep(1)
        assert restarts == []
        dying.cancel()
        await asyncio.wait([dying])
        revoked_at = time.monotonic()
        node.ok("POST", "auth/token/revoke", {"token": dying_token})
        await asyncio.gather(*others)
        assert min(restarts)[0] >= revoked_at

    with upstream(f"http://{node.address}") as way:
        asyncio.run(asyncio.wait_for(run(way), 100))
    assert len(restarts) == INSTANCES
    assert all(ended <= began for (_, ended), (began, _) in pairwise(sorted(restarts)))
    assert node.ok("GET", "turns/groups/web/holders").json["data"]["holders"] == []


@pytest.mark.parametrize(
    ("path", "text"),
    [("secret/web", 'of type "kv"'), ("turns/web", 'no mount "turns/", or the policies')],
)
def test_another_server_has_no_turns(peer: Server, path: str, text: str) -> None:
    """It is told at the start, and nothing is written there."""

    async def run(way: Upstream) -> None:
        with pytest.raises(TurnsMissing, match=text):
            await taker(way, peer.token, "web", path=path).check()

    with upstream(peer.url) as way:
        asyncio.run(run(way))
