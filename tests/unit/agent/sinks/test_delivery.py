"""The way of a token to a sink, over a server that gives prepared answers."""

from __future__ import annotations

import asyncio
import base64
import json
import math
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from strongroom.agent.config.auto_auth import Sink
from strongroom.agent.config.reading import parse_config
from strongroom.agent.session.login import Login
from strongroom.agent.sinks.delivery import Delivery
from strongroom.agent.upstream import Upstream
from strongroom.client.settings import Settings
from strongroom.server.config.reader import ConfigError
from tests.unit.agent.sinks.test_envelope import opened
from tests.unit.cli.answering import answering

WRAPPING = {
    "token": "hvs.wrapping",
    "accessor": "a",
    "ttl": 300,
    "creation_time": "2026-11-27T16:59:53.263929752Z",
    "creation_path": "sys/wrapping/wrap",
    "wrapped_accessor": "",
}


class Logins:
    """Logins that the test makes."""

    def __init__(self, logs: Sequence[MutableMapping[str, Any]] = ()) -> None:
        self._logs = logs
        self.current: Login | None = None
        self.doubted = 0
        self._changed = asyncio.Event()

    def log_in(self, token: str, wrapping: dict[str, Any] | None = None) -> None:
        """Make a login."""
        number = self.current.number + 1 if self.current is not None else 1
        self.current = Login(number, token, "acc", True, math.inf, math.inf, wrapping)
        self._changed.set()
        self._changed = asyncio.Event()

    async def after(self, number: int) -> Login:
        """The login after another one."""
        while self.current is None or self.current.number <= number:
            await self._changed.wait()
        return self.current

    async def told(self, lines: int) -> None:
        """Wait until so many lines are in the log."""
        while len(self._logs) < lines:
            await asyncio.sleep(0.01)

    def refused(self, login: Login) -> None:
        """Nobody says so here."""
        raise AssertionError

    async def holds(self, login: Login) -> bool:
        """Whether the token is good."""
        self.doubted += 1
        return True

    async def lasting(self, seconds: float) -> Login:
        """Nobody takes leases here."""
        raise AssertionError


def sink_of(text: str) -> Sink:
    """A sink's configuration."""
    config = parse_config(f'auto_auth {{ method "cert" {{ config = {{}} }}\n {text} }}', "agent.hcl")
    assert config.auto_auth is not None
    return config.auto_auth.sinks[0]


def deliver(
    text: str,
    story: Callable[[Logins, Delivery], Awaitable[None]],
    answers: dict[str, Any] | None = None,
    environment: dict[str, str] | None = None,
) -> list[dict[str, Any]]:
    """Run one delivery during a story; what was logged."""

    async def both(address: str) -> None:
        upstream = Upstream(Settings(address=address, max_retries=0))
        delivery = Delivery(sink_of(text), environment or {}, upstream, chance=lambda: 1.0)
        session = Logins(logs)
        running = asyncio.ensure_future(delivery.run(session))
        try:
            async with asyncio.timeout(20):
                await story(session, delivery)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    with answering(answers or {}) as server, structlog.testing.capture_logs() as logs:
        asyncio.run(both(server.address))
    assert "planted" not in str(logs)
    return [dict(line) for line in logs]


async def written(path: Path, content: Callable[[str], bool]) -> str:
    """What is in a file, once it is that."""
    while not path.exists() or not content(path.read_text()):
        await asyncio.sleep(0.01)
    return path.read_text()


def test_each_login(tmp_path: Path) -> None:
    """The token of each login is written, once; a file that its reader has removed stays away."""
    path = tmp_path / "token"

    async def story(session: Logins, delivery: Delivery) -> None:
        assert not delivery.delivered.is_set()
        session.log_in("hvs.planted-1")
        await delivery.delivered.wait()
        assert path.read_text() == "hvs.planted-1"
        path.unlink()
        await asyncio.sleep(0.05)
        assert not path.exists()
        session.log_in("hvs.planted-2")
        assert await written(path, bool) == "hvs.planted-2"

    logs = deliver(f'sink "file" {{ config = {{ path = "{path}" }} }}', story)
    assert {line["event"] for line in logs} == {"wrote the token"}


def test_a_failure_ends_nothing(tmp_path: Path) -> None:
    """A place that can't be written is told at the start and after the login, until it can be written."""
    path = tmp_path / "later" / "token"

    async def story(session: Logins, delivery: Delivery) -> None:
        await delivery.prove()
        session.log_in("hvs.planted-1")
        await session.told(2)
        session.log_in("hvs.planted-2")
        path.parent.mkdir()
        assert await written(path, bool) == "hvs.planted-2"

    logs = deliver(f'sink "file" {{ config = {{ path = "{path}" }} }}', story)
    assert [(line["log_level"], line.get("path")) for line in logs[:2]] == [("error", str(path))] * 2
    assert "no such file or directory" in logs[0]["reason"]


def test_a_wrapped_login(tmp_path: Path) -> None:
    """What stands for a token is written as JSON in a line."""
    path = tmp_path / "token"

    async def story(session: Logins, delivery: Delivery) -> None:
        session.log_in("", WRAPPING)
        await delivery.delivered.wait()

    deliver(f'sink "file" {{ config = {{ path = "{path}" }} }}', story)
    assert path.read_text() == json.dumps(WRAPPING, separators=(",", ":")) + "\n"


def test_a_sink_that_wraps(tmp_path: Path) -> None:
    """The sink has the token wrapped, in the token's own name, and writes what stands for it."""
    path = tmp_path / "token"

    async def story(session: Logins, delivery: Delivery) -> None:
        session.log_in("hvs.planted")
        await delivery.delivered.wait()

    answers = {
        "PUT /v1/sys/wrapping/wrap": {
            "wrap_info": {**{name: value for name, value in WRAPPING.items() if value}, "other": 1}
        }
    }
    with answering(answers) as server:

        async def both() -> None:
            upstream = Upstream(Settings(address=server.address))
            sink = sink_of(f'sink "file" {{ wrap_ttl = "5m"\n config = {{ path = "{path}" }} }}')
            delivery = Delivery(sink, {}, upstream)
            assert delivery.kept() is None
            session = Logins()
            running = asyncio.ensure_future(delivery.run(session))
            await story(session, delivery)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

        asyncio.run(both())
    assert json.loads(path.read_text()) == WRAPPING
    assert server.bodies == [{"token": "hvs.planted"}]
    assert server.headers[0]["X-Vault-Token"] == "hvs.planted"
    assert server.headers[0]["X-Vault-Wrap-Ttl"] == "5m0s"


def test_an_answer_that_isnt_wrapped(tmp_path: Path) -> None:
    """A token in clear isn't written where a wrapped one was asked for."""
    path = tmp_path / "token"

    async def story(session: Logins, _: Delivery) -> None:
        session.log_in("hvs.planted")
        await session.told(1)

    answers = {"PUT /v1/sys/wrapping/wrap": {"data": {"token": "hvs.planted"}}}
    logs = deliver(f'sink "file" {{ wrap_ttl = "5m"\n config = {{ path = "{path}" }} }}', story, answers)
    assert "isn't wrapped" in logs[0]["reason"]
    assert not path.exists()


@pytest.mark.parametrize("derive", [True, False])
def test_an_encrypted_token(tmp_path: Path, derive: bool) -> None:
    """A token waits for its reader's public key, and goes on being encrypted for that one."""
    path, key = tmp_path / "token", tmp_path / "public"
    owner, other = X25519PrivateKey.generate(), X25519PrivateKey.generate()

    def leave(whose: X25519PrivateKey) -> None:
        public = base64.b64encode(whose.public_key().public_bytes_raw()).decode()
        key.write_text(json.dumps({"curve25519_public_key": public}))

    async def story(session: Logins, delivery: Delivery) -> None:
        session.log_in("hvs.planted-1")
        await session.told(1)
        leave(owner)
        await delivery.delivered.wait()
        first = path.read_text()
        assert opened(first, owner, derive=derive, aad=b"told") == "hvs.planted-1"
        leave(other)
        session.log_in("hvs.planted-2")
        second = await written(path, lambda text: text != first)
        assert opened(second, owner, derive=derive, aad=b"told") == "hvs.planted-2"
        assert json.loads(first)["curve25519_public_key"] != json.loads(second)["curve25519_public_key"]

    text = (
        f'sink "file" {{ dh_type = "curve25519"\n dh_path = "{key}"\n derive_key = {str(derive).lower()}\n'
        f'aad_env_var = "AAD"\n config = {{ path = "{path}" }} }}'
    )
    logs = deliver(text, story, environment={"AAD": "told"})
    assert "the public key can't be read" in logs[0]["reason"]


def test_a_variable_that_isnt_set(tmp_path: Path) -> None:
    """A missing variable is an error, and not an encryption that anybody can redo."""
    text = f'sink "file" {{ aad_env_var = "AAD"\n config = {{ path = "{tmp_path}/t" }} }}'
    with pytest.raises(ConfigError, match="AAD isn't set"):
        Delivery(sink_of(text), {}, Upstream(Settings()))
