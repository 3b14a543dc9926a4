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
        self._replaced: list[Rendering] = []
        """Those that are rendered no more, while others may still need what they have asked for."""
        self._all = asyncio.Event()
        self._ended = asyncio.Event()
        self._reason = ""
        self._tasks: asyncio.TaskGroup | None = None
        self._running: dict[Rendering | Command, asyncio.Task[None]] = {}
        self._following: asyncio.Task[None] | None = None

    def begin(self, templates: Sequence[Rendering], commands: Sequence[Command]) -> None:
        """Say what is rendered from now on.  Of what was rendered before, what is the same goes on."""
        going_on = set(templates)
        gone = [each for each in self._templates if each not in going_on]
        unused = [each for each in self._commands if each not in commands]
        self._templates, self._commands = templates, commands
        self._left = {each for each in templates if each.rendered_at is None}
        self._all.clear()
        if not self._left:
            self._all.set()
        self._replaced += gone
        for each in gone:
            each.stop()
        if self._tasks is not None:
            self._start(self._tasks, gone)
            self._tasks.create_task(self._retire([self._running.pop(each) for each in gone], unused))

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
            self._tasks = tasks
            tasks.create_task(self._watch())
            self._start(tasks, [])

    def _start(self, tasks: asyncio.TaskGroup, gone: Sequence[Rendering]) -> None:
        """Run what doesn't run yet, each after that which had its file before."""
        before = {each.name: self._running[each] for each in gone}
        for template in self._templates:
            if template not in self._running:
                self._running[template] = tasks.create_task(_after(before.get(template.name), template))
        for command in self._commands:
            if command not in self._running:
                self._running[command] = tasks.create_task(command.run())
        if self._following is not None:
            self._following.cancel()
        self._following = tasks.create_task(self._follow())

    async def _retire(self, ending: Sequence[asyncio.Task[None]], unused: Sequence[Command]) -> None:
        """End commands that nobody uses any more, after what they are still to be run for."""
        if ending:
            await asyncio.wait(ending)
        for each in unused:
            await each.idle()
            self._running.pop(each).cancel()

    async def _watch(self) -> None:
        await self._ended.wait()
        raise RenderingEnded(self._reason)

    async def _follow(self) -> None:
        await self._all.wait()
        for each in self._commands:
            await each.idle()
        log.info("everything is rendered", templates=len(self._templates))
        while self._replaced:
            self._replaced.pop().leave()
        self.rendered.set()


async def _after(before: asyncio.Task[None] | None, template: Rendering) -> None:
    """Keep a template rendered, as soon as something has ended."""
    if before is not None:
        await asyncio.wait([before])
    await template.run()
