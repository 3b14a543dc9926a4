"""A program with secrets of a real server in its environment."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from strongroom.agent.rendering.rendering import RenderingEnded
from strongroom.agent.supervising.start import Supervision
from tests.conformance.agent.keeping import until
from tests.conformance.agent.rendering import configured
from tests.conformance.agent.world import World, world
from tests.sim.agent_session import TokenSession

PROGRAM = """
import os, signal, sys, time
log = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def tell(line):  # at once: a file with a buffer can't be written to in a signal's handler while it is written to
    os.write(log, f"{line}\\n".encode())
def on_signal(number, frame):
    tell(signal.Signals(number).name)
    if number == signal.SIGTERM:
        sys.exit(0)
for number in (signal.SIGTERM, signal.SIGUSR1):
    signal.signal(number, on_signal)
tell(f"{os.environ['USER_NAME']} {os.environ['PASSWORD']} {os.environ['HOME']}")
while not os.path.exists(sys.argv[1] + ".end"):
    time.sleep(0.02)
sys.exit(9)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One server for all tests, which use names of their own."""
    with world(tmp_path_factory.mktemp("agent")) as started:
        yield started


@asynccontextmanager
async def _supervised(made: World, text: str) -> AsyncIterator[asyncio.Task[int]]:
    upstream = made.upstream()
    session = TokenSession(upstream, made.server.token, {"policies": ["app"], "ttl": "3600s"})
    config = configured(text)
    assert config.exec is not None
    supervision = Supervision(config, config.exec, session, upstream, {"PATH": os.environ["PATH"], "HOME": "/home/x"})
    task = asyncio.create_task(supervision.run())
    try:
        await session.log_in()
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task
        supervision.close()
        upstream.close()


def _variable(name: str, path: str) -> str:
    contents = f'{{{{ with secret "{path}" }}}}{{{{ .Data.data.a }}}}{{{{ end }}}}'
    return f"env_template {json.dumps(name)} {{ contents = {json.dumps(contents)} }}\n"


def _lines(log: Path) -> list[str]:
    return log.read_text().splitlines() if log.exists() else []


async def test_a_program_follows_its_secrets(made: World, tmp_path: Path) -> None:
    """It starts when all variables are there, is restarted once for two that change, and its status is the agent's."""
    made.put_secret("exec/user", a="ada")
    made.put_secret("exec/password", a="one")
    (tmp_path / "program.py").write_text(PROGRAM)
    log = tmp_path / "log"
    command = json.dumps([sys.executable, str(tmp_path / "program.py"), str(log)])
    text = (
        'template_config { static_secret_render_interval = "1s" }\n'
        + _variable("USER_NAME", "secret/exec/user")
        + _variable("PASSWORD", "secret/exec/password")
        + f"exec {{ command = {command} }}\n"
    )
    async with _supervised(made, text) as running:
        await until(lambda: _lines(log) == ["ada one /home/x"])
        os.kill(os.getpid(), signal.SIGUSR1)
        await until(lambda: _lines(log) == ["ada one /home/x", "SIGUSR1"])
        made.put_secret("exec/user", a="bob")
        made.put_secret("exec/password", a="two")
        await until(lambda: _lines(log) == ["ada one /home/x", "SIGUSR1", "SIGTERM", "bob two /home/x"])
        (tmp_path / "log.end").touch()
        assert await running == 9


async def test_a_failure_that_ends_the_agent_ends_the_program(made: World, tmp_path: Path) -> None:
    """With `exit_on_retry_failure`, a wrong template is told, and nothing is started."""
    text = (
        "template_config { exit_on_retry_failure = true }\n"
        'env_template "A" { contents = "{{ nothing }}" }\n'
        f'exec {{ command = ["touch", "{tmp_path}/started"] }}\n'
    )
    async with _supervised(made, text) as running:
        with pytest.raises(RenderingEnded, match="nothing"):
            await running
    assert not (tmp_path / "started").exists()
