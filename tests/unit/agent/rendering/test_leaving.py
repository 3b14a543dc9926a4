"""A template that is taken out of the configuration."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from strongroom.agent.config.rendering import Template
from strongroom.agent.dependencies.dependencies import Dependencies
from strongroom.agent.files.replacing import Target
from strongroom.agent.rendering.building import Surround, build, rebuild
from strongroom.agent.rendering.outlet import FileOutlet
from strongroom.agent.session.login import Login
from strongroom.agent.upstream import Upstream
from strongroom.client.settings import Settings
from strongroom.template.surroundings import Surroundings
from tests.conformance.agent.keeping import until
from tests.unit.agent.dependencies.test_tokens import Sessions
from tests.unit.agent.serving.running import config_of

AUTH = 'auto_auth { method "token_file" { config = { token_file_path = "/x" } } }\n'


class Nobody(Sessions):
    """Nobody ever logs in."""

    async def after(self, number: int) -> Login:
        """Wait for ever."""
        return await asyncio.Future[Login]()


class Gate:
    """A template with what is in a file, whose execution a test can hold."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.begun = threading.Event()
        self.open = threading.Event()

    def execute(self, around: Surroundings) -> str:
        """What is in the file, as soon as the gate is open."""
        self.begun.set()
        assert self.open.wait(30)
        return around.file(str(self._path))


async def test_it_asks_for_nothing_any_more_even_if_it_is_being_executed(tmp_path: Path) -> None:
    """Its execution still comes to its end, and what it asks for then is kept for nobody."""
    (tmp_path / "asked").write_text("a")
    stanza = f'template {{\n contents = "a"\n destination = "{tmp_path / "x"}"\n}}\n'
    config, gate = config_of(AUTH + stanza), Gate(tmp_path / "asked")
    upstream = Upstream(Settings(address="http://127.0.0.1:1"))
    with ThreadPoolExecutor(1) as threads:
        dependencies = Dependencies(Nobody(), upstream)
        given = Surround(dependencies, threads, {})

        def read(template: Template, text: str) -> Gate:
            return gate

        def keep(*templates: Template) -> None:
            rebuild(renderings, config, templates, _outlet, given, read=read)

        gate.open.set()
        renderings = build(config, config.templates, _outlet, given, read=read)
        tasks = [asyncio.create_task(each.run()) for each in (renderings, dependencies)]
        async with asyncio.timeout(30):
            await renderings.rendered.wait()
        assert len(dependencies.states()) == 1
        gate.open.clear()
        gate.begun.clear()
        keep(*config.templates)
        assert await asyncio.to_thread(gate.begun.wait, 30)
        keep()
        await until(lambda: not dependencies.states())
        gate.open.set()
        await asyncio.get_running_loop().run_in_executor(threads, int)  # after the execution, in its only thread
        assert dependencies.states() == {}
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    upstream.close()


def _outlet(template: Template) -> FileOutlet:
    return FileOutlet(Target(template.destination), overwrites=True)
