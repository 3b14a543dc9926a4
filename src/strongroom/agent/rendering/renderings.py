"""All templates of an agent, and the commands that are run after them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from strongroom.agent.rendering.command import Command
from strongroom.agent.rendering.rendering import Rendering, RenderingEnded

log = structlog.get_logger("agent.rendering")


class Renderings:
    """Keeps templates rendered.

    Attributes:
        rendered: whether each of them was rendered once, and no command is still to be run for the first time.
    """

    def __init__(self) -> None:
        self.rendered = asyncio.Event()
        self._templates: Sequence[Rendering] = ()
        self._commands: Sequence[Command] = ()
        self._left: set[Rendering] = set()
        self._all = asyncio.Event()
        self._ended = asyncio.Event()
        self._reason = ""

    def begin(self, templates: Sequence[Rendering], commands: Sequence[Command]) -> None:
        """Say what is rendered, once, before it is run."""
        self._templates, self._commands = templates, commands
        self._left = set(templates)
        if not templates:
            self._all.set()

    @property
    def templates(self) -> Sequence[Rendering]:
        """The templates."""
        return self._templates

    @property
    def commands(self) -> Sequence[Command]:
        """The commands."""
        return self._commands

    def done(self, template: Rendering) -> None:
        """Note that a template was rendered."""
        self._left.discard(template)
        if not self._left:
            self._all.set()

    def end(self, reason: str) -> None:
        """End because of a failure."""
        self._reason = self._reason or reason
        self._ended.set()

    async def run(self) -> None:
        """Render everything, for ever.  Raises `RenderingEnded`, alone or as one of a group."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch())
            tasks.create_task(self._follow())
            for template in self._templates:
                tasks.create_task(template.run())
            for command in self._commands:
                tasks.create_task(command.run())

    async def _watch(self) -> None:
        await self._ended.wait()
        raise RenderingEnded(self._reason)

    async def _follow(self) -> None:
        await self._all.wait()
        for each in self._commands:
            await each.idle()
        log.info("everything is rendered", templates=len(self._templates))
        self.rendered.set()
