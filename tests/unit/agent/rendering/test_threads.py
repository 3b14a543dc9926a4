"""What takes long is done in threads: a template of a mebibyte is read for seconds."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from strongroom.agent.config.config import AgentConfig
from strongroom.agent.config.rendering import Template
from strongroom.agent.dependencies.dependencies import Dependencies
from strongroom.agent.files.replacing import Target
from strongroom.agent.rendering.building import Surround, build
from strongroom.agent.rendering.outlet import FileOutlet
from strongroom.agent.supervising.variables import VariableOutlet, Variables
from strongroom.agent.upstream import Upstream
from strongroom.client.settings import Settings
from tests.unit.agent.dependencies.test_tokens import Sessions
from tests.unit.agent.serving.running import config_of

AUTH = 'auto_auth { method "token_file" { config = { token_file_path = "/x" } } }\n'
FILE = 'template {\n contents = "{{ \\"a\\" | toUpper }}"\n destination = "%s"\n}\n'
VARIABLE = 'env_template "A" {\n contents = "{{ \\"a\\" | toUpper }}"\n}\nexec {\n command = ["true"]\n}\n'


class Threads(ThreadPoolExecutor):
    """Knows which threads are its own."""

    def __init__(self) -> None:
        super().__init__(1, "of-templates")

    @staticmethod
    def here() -> bool:
        """Whether this is one of them."""
        return threading.current_thread().name.startswith("of-templates")


@pytest.mark.parametrize("stanza", [FILE, VARIABLE], ids=["file", "variable"])
async def test_templates_are_read_and_executed_in_threads(stanza: str, tmp_path: Path) -> None:
    """Those of files and of variables: neither when the configuration is read, nor on the event loop."""
    done: list[str] = []

    class Language:
        """Notes where it is executed."""

        def execute(self, around: object) -> str:
            """Make nothing of it."""
            done.append("executed" if Threads.here() else "on the loop")
            return "A"

    def read(template: Template, text: str) -> Language:
        done.append("read" if Threads.here() else "on the loop")
        return Language()

    config = config_of(AUTH + stanza.replace("%s", str(tmp_path / "x")))
    upstream = Upstream(Settings(address="http://127.0.0.1:1"))
    threads, variables = Threads(), Variables({"A"})
    given = Surround(Dependencies(Sessions(), upstream), threads, {})
    renderings = build(config, _templates(config), lambda each: _outlet(each, variables), given, read=read)
    running = asyncio.create_task(renderings.run())
    async with asyncio.timeout(30):
        await renderings.rendered.wait()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    threads.shutdown()
    upstream.close()
    assert done == ["read", "executed"]
    assert variables.values() == ({} if config.templates else {"A": "A"})


def _templates(config: AgentConfig) -> tuple[Template, ...]:
    return config.templates or config.env_templates


def _outlet(template: Template, variables: Variables) -> FileOutlet | VariableOutlet:
    if not template.destination:
        return VariableOutlet(variables, template.map_to_environment_variable)
    return FileOutlet(Target(template.destination), overwrites=True)
