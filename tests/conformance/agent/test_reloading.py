"""An agent that reads its configuration again: what is the same goes on, and what both ask for isn't fetched again."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from strongroom.agent.supervising.start import Supervision
from tests.conformance.agent.keeping import until
from tests.conformance.agent.killed import template
from tests.conformance.agent.rendering import Agent, agent, configured, holds
from tests.conformance.agent.world import World, world
from tests.sim.agent_session import TokenSession

USER = '{{ with secret "database/creds/long" }}{{ .Data.username }}{{ end }}'
OTHER = '{{ with secret "database/creds/long" }}user {{ .Data.username }}{{ end }}'
SHORT = '{{ with secret "database/creds/short" }}{{ .Data.username }}{{ end }}'


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One server for all tests."""
    with world(tmp_path_factory.mktemp("reloading")) as started:
        yield started


def _file(source: Path, file: Path, more: str = "") -> str:
    return f'template {{ source = "{source}", destination = "{file}", {more} }}\n'


def _asked(running: Agent) -> set[str]:
    return {each.name for each in running.status.dependencies}


async def test_templates_come_and_go(made: World, tmp_path: Path) -> None:
    """A changed one is rendered anew with the same credential; of one that is gone, the lease is given up."""
    one, two, three = (tmp_path / name for name in ("one", "two", "three"))
    ran = tmp_path / "ran"
    same = template(one, USER, f'command = "echo same >> {ran}"')
    async with agent(made, same + template(two, USER) + template(three, SHORT)) as running:
        await running.rendered()
        inode, user, leases = one.stat().st_ino, one.read_text(), set(made.leases("database/creds/long"))
        running.rendering.reload(configured("\n\n" + template(two, OTHER) + same))
        await holds(two, f"user {user}")
        await until(lambda: _asked(running) == {"read database/creds/long"})
        assert [each.name for each in running.status.templates] == [str(two), str(one)]
        assert (one.stat().st_ino, one.read_text(), set(made.leases("database/creds/long"))) == (inode, user, leases)
        assert three.exists()
        running.rendering.reload(configured(""))
        await until(lambda: not running.status.dependencies)
        assert (running.status.templates, running.status.commands) == ((), ())
    assert ran.read_text() == "same\n"


async def test_a_templates_file_is_read_again(made: World, tmp_path: Path) -> None:
    """If it has changed: also while the template waits for what it lacks, and when it became wrong meanwhile."""
    source, file = tmp_path / "source", tmp_path / "file"
    source.write_text("first")
    stanza = _file(source, file)
    async with agent(made, stanza) as running:
        await holds(file, "first")
        source.write_text('{{ with secret "secret/nothing" }}{{ end }}')
        running.rendering.reload(configured(stanza))
        await until(lambda: running.template(file).waits_for == ("read secret/nothing",))
        source.write_text("{{ second }}")
        running.rendering.reload(configured(stanza))
        await until(lambda: running.template(file).phase == "failing")
        assert file.read_text() == "first"
        source.write_text("third")
        running.rendering.reload(configured(stanza))
        await holds(file, "third")
        await until(lambda: running.template(file).phase == "rendered" and not running.status.dependencies)


async def test_a_command_runs_to_its_end(made: World, tmp_path: Path) -> None:
    """Also if no stanza has it any more; the next one isn't kept waiting by it."""
    ran, go = tmp_path / "ran", tmp_path / "go"
    waits = f'command = "while ! test -e {go}; do sleep 0.05; done; echo old >> {ran}"'
    async with agent(made, template(tmp_path / "x", "a", waits)) as running:
        await until((tmp_path / "x").exists)
        await asyncio.sleep(0.3)
        running.rendering.reload(configured(template(tmp_path / "x", "b", f'command = "echo new >> {ran}"')))
        await until(lambda: ran.exists() and ran.read_text() == "new\n")
        assert (tmp_path / "x").read_text() == "b"
        go.touch()
        await until(lambda: ran.read_text() == "new\nold\n")


async def test_many_times(made: World, tmp_path: Path) -> None:
    """While everything is still being fetched: the last configuration is what is rendered."""
    async with agent(made, template(tmp_path / "x", USER)) as running:
        for number in range(20):
            text = template(tmp_path / "x", f"{number} {USER}") + template(tmp_path / f"y{number}", SHORT)
            running.rendering.reload(configured(text))
            await asyncio.sleep(0)
        await running.rendered()
        assert (tmp_path / "x").read_text().startswith("19 ")
        assert len(running.status.templates) == 2
        await until(lambda: _asked(running) == {"read database/creds/long", "read database/creds/short"})


async def test_variables_follow(made: World, tmp_path: Path) -> None:
    """The program is restarted with what the changed stanza makes; other names of variables need a restart."""
    started = tmp_path / "started"
    command = json.dumps(["sh", "-c", f"echo $A >> {started}; exec sleep 600"])

    def text(contents: str, name: str = "A") -> str:
        return f'exec {{ command = {command} }}\nenv_template "{name}" {{ contents = {json.dumps(contents)} }}\n'

    config, upstream = configured(text("one")), made.upstream()
    assert config.exec is not None
    session = TokenSession(upstream, made.server.token, {"policies": ["app"], "ttl": "3600s"})
    supervision = Supervision(config, config.exec, session, upstream, {"PATH": os.environ["PATH"]})
    running = asyncio.create_task(supervision.run())
    try:
        await holds(started, "one\n")
        supervision.reload(configured("\n" + text("two")))
        await holds(started, "one\ntwo\n")
        with capture_logs() as logs:
            supervision.reload(configured(text("three", "B")))
        assert [each["log_level"] for each in logs] == ["warning"]
        assert supervision.status().templates[0].name == "A"
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        supervision.close()
        upstream.close()
