"""The token stays good: renewed, followed by another before its last end, and kept while the server is away."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import hvac
import pytest

from strongroom.agent.arguments import AgentArguments
from strongroom.agent.loading import load
from strongroom.agent.run import Agent
from strongroom.agent.session.keeping import KeptSession
from strongroom.lib.clock import SystemClock
from strongroom.server.supervisor.service_manager import ServiceManager
from tests.conformance.processes.node import Node, running
from tests.conformance.servers import Server

USERPASS = """
auto_auth {
  method "userpass" { mount_path = "auth/keeping", config = { username = "ann", password_file_path = "@/password" } }
  sink "file" { config = { path = "@/token" } }
}
"""


class LeapingClock(SystemClock):
    """A clock that the test puts forward."""

    ahead_s = 0.0

    def monotonic(self) -> float:
        """Seconds of a clock that never goes back."""
        return super().monotonic() + self.ahead_s


@contextlib.asynccontextmanager
async def agent(directory: Path, server: str) -> AsyncIterator[tuple[KeptSession, LeapingClock]]:
    """An agent that runs until the block ends."""
    (directory / "password").write_text("password-of-ann")
    config = directory / "agent.hcl"
    config.write_text((server + USERPASS).replace("@", str(directory)))
    arguments, clock = AgentArguments(config=(str(config),)), LeapingClock()
    made = Agent(arguments, load(arguments, {}), ServiceManager({}), clock)
    stopped = asyncio.Event()
    task = asyncio.create_task(made.run(stopped))
    try:
        assert made.session is not None
        async with asyncio.timeout(60):
            yield made.session, clock
    finally:
        stopped.set()
        await task


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    while not holds():
        await asyncio.sleep(0.02)


def _user(server: Server, **limits: str) -> hvac.Client:
    """A user with tokens that last so long; a client with all rights."""
    root = hvac.Client(url=server.url, token=server.token)
    if "keeping/" not in root.sys.list_auth_methods():
        root.sys.enable_auth_method("userpass", path="keeping")
    data = {"password": "password-of-ann", "token_policies": ["default"], **limits}
    root.write_data("auth/keeping/users/ann", data=data)
    return root


async def _followed(server: Server, directory: Path) -> None:
    """Look at the sink's token all the time, until another login has taken its place."""
    directory.mkdir()
    root = _user(server, token_ttl="10s", token_max_ttl="15s")

    def accessor(token: str) -> str:
        root.token = token
        return str(root.auth.token.lookup_self()["data"]["accessor"])

    async with agent(directory, f'vault {{ address = "{server.url}" }}') as (session, _):
        await until((directory / "token").exists)
        seen: list[str] = []
        while len(set(seen)) < 2:
            token = (directory / "token").read_text()
            try:
                seen.append(await asyncio.to_thread(accessor, token))
            except hvac.exceptions.Forbidden:
                # Nobody uses a token any more that was replaced while its request was under way.
                assert (directory / "token").read_text() != token
            await asyncio.sleep(0.2)
        assert session.status().number in {2, 3}  # a busy machine may have met the next one


def test_there_is_always_a_good_token(ours: Server, peer: Server, tmp_path: Path) -> None:
    """The sink's token is good at every moment, through a renewal and up to the next login before its last end."""

    async def story() -> None:
        await asyncio.gather(_followed(ours, tmp_path / "ours"), _followed(peer, tmp_path / "peer"))

    asyncio.run(story())


@pytest.mark.parametrize("name", ["ours", "peer"])
def test_a_token_that_was_revoked_elsewhere(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """A revoked token is found out by a doubt or a renewal, and replaced at once, in the sink too."""
    server: Server = request.getfixturevalue(name)
    root = _user(server, token_ttl="1h", token_max_ttl="2h")

    async def story() -> None:
        async with agent(tmp_path, f'vault {{ address = "{server.url}" }}') as (session, clock):
            first = await session.after(0)
            assert await session.holds(first)
            await asyncio.to_thread(root.auth.token.revoke_accessor, first.accessor)
            assert not await session.holds(first)
            second = await session.after(first.number)
            await asyncio.to_thread(root.auth.token.revoke_accessor, second.accessor)
            clock.ahead_s = 2600  # when it is renewed
            session._wake.set()
            third = await session.after(second.number)
            assert third.token not in {first.token, second.token}
            await until(lambda: (tmp_path / "token").read_text() == third.token)

    asyncio.run(story())


@pytest.mark.timeout(120)
def test_a_server_that_is_away(tmp_path: Path) -> None:
    """Stopped, started and sealed: the token stays in use and is renewed; the login is the same all the time."""
    (tmp_path / "node").mkdir()
    with running(Node(tmp_path / "node", workers_wanted=1).ready()) as node:
        node.ok("PUT", "sys/auth/keeping", {"type": "userpass"})
        user = {"password": "password-of-ann", "token_policies": ["default"], "token_ttl": "60s"}
        node.ok("PUT", "auth/keeping/users/ann", user)

        async def story() -> None:
            async with agent(tmp_path, f'vault {{ address = "http://{node.address}" }}') as (session, clock):
                first = await session.after(0)
                for leave, back, reason in (
                    (node.stop, node.start, "connection refused"),
                    (node.seal, lambda: None, "status 503: Vault is sealed"),
                ):
                    await asyncio.to_thread(leave)
                    clock.ahead_s += 42
                    session._wake.set()
                    await until(lambda: session.status().failing is not None)
                    failing = session.status().failing
                    assert failing is not None
                    assert reason in failing.reason
                    assert session.current is not None
                    await asyncio.to_thread(back)
                    await asyncio.to_thread(node.unseal)
                    await until(lambda: session.status().failing is None)
                    assert session.current is not None
                    assert (session.current.number, session.current.accessor) == (first.number, first.accessor)
                about = node.ok("GET", "auth/token/lookup-self", token=(tmp_path / "token").read_text())
                assert about.json["data"]["accessor"] == first.accessor

        asyncio.run(story())
