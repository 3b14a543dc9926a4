"""What an agent does when something goes wrong around its files, against a real server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.agent.keeping import until
from tests.conformance.agent.rendering import agent, holds
from tests.conformance.agent.world import World, world

FAST = 'template_config { static_secret_render_interval = "1s" }\n'
USER = '{{ with secret "database/creds/long" }}{{ .Data | toJSON }}{{ end }}'


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One server for all tests, which use names of their own."""
    with world(tmp_path_factory.mktemp("agent")) as started:
        yield started


def _template(file: Path, contents: str, more: str = "") -> str:
    return f"template {{ contents = {json.dumps(contents)}, destination = {json.dumps(str(file))}, {more} }}\n"


@pytest.mark.parametrize("command", ["exit 1", "sleep 600"])
async def test_a_command_that_fails_asks_nothing_of_the_server(made: World, tmp_path: Path, command: str) -> None:
    """It is run again after pauses; no credential is taken for that, and another template goes on."""
    made.put_secret("beside", a="one")
    before, log = len(made.leases("database/creds/long")), tmp_path / "log"
    line = json.dumps(["sh", "-c", f"echo x >> {log}; {command}"])
    text = (
        FAST
        + _template(tmp_path / "user", USER, f'exec {{ command = {line}, timeout = "1s" }}')
        + _template(tmp_path / "beside", '{{ with secret "secret/beside" }}{{ .Data.data.a }}{{ end }}')
    )
    async with agent(made, text) as running:
        await holds(tmp_path / "beside", "one")
        await until(lambda: log.exists() and log.read_text().count("x") >= 2)
        (told,) = running.status.commands
        assert told.trouble is not None
        assert told.trouble.reason in {"it ended with status 1", "it didn't end within 1 s"}
        made.put_secret("beside", a="two")
        await holds(tmp_path / "beside", "two")
        assert log.read_text().count("x") < 8
        assert made.works(json.loads((tmp_path / "user").read_text()))
        assert len(made.leases("database/creds/long")) == before + 1


async def test_two_agents_with_one_file(made: World, tmp_path: Path) -> None:
    """Each has a credential of its own; the file has one of them whole, and they don't write it in turns."""
    before, file = len(made.leases("database/creds/long")), tmp_path / "x"
    async with agent(made, FAST + _template(file, USER)) as one, agent(made, FAST + _template(file, USER)) as other:
        await one.rendered()
        await other.rendered()
        stamp = file.stat().st_mtime_ns
        await asyncio.sleep(2.5)
        assert file.stat().st_mtime_ns == stamp
        assert made.works(json.loads(file.read_text()))
        assert len(made.leases("database/creds/long")) == before + 2


async def test_a_folder_that_is_gone_for_a_while(made: World, tmp_path: Path) -> None:
    """The file stays, and has the newest value as soon as it can be written."""
    made.put_secret("folder", a="one")
    folder = tmp_path / "folder"
    text = FAST + _template(folder / "x", '{{ with secret "secret/folder" }}{{ .Data.data.a }}{{ end }}')
    async with agent(made, text) as running:
        await running.rendered()
        folder.rename(tmp_path / "aside")
        folder.write_text("no folder at all, which root can't write into either")
        made.put_secret("folder", a="two")
        await until(lambda: running.template(folder / "x").trouble is not None)
        assert (tmp_path / "aside" / "x").read_text() == "one"
        folder.unlink()
        (tmp_path / "aside").rename(folder)
        await holds(folder / "x", "two")


async def test_an_agent_that_ends_before_its_command(made: World, tmp_path: Path) -> None:
    """The next one runs the command although the file is as it should be, and no one after that does."""
    made.put_secret("due", a="one")
    file, log, broken = tmp_path / "x", tmp_path / "log", tmp_path / "broken"
    line = json.dumps(["sh", "-c", f"test ! -e {broken} && echo run >> {log}"])
    text = _template(file, '{{ with secret "secret/due" }}{{ .Data.data.a }}{{ end }}', f"exec {{ command = {line} }}")
    broken.touch()
    async with agent(made, text) as running:
        await holds(file, "one")
        await until(lambda: running.status.commands[0].trouble is not None)
    broken.unlink()
    for _ in range(2):
        async with agent(made, text) as running:
            await running.rendered()
            assert log.read_text() == "run\n"
            assert sorted(each.name for each in tmp_path.iterdir()) == ["log", "x"]
