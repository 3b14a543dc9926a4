"""One template: asks for what it needs, is executed, waits until changes have settled, and is written.

Whatever goes wrong with it holds up no other template.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Final, NoReturn, TypeVar

import structlog

from strongroom.agent.config.rendering import Template
from strongroom.agent.dependencies.dependencies import Dependencies
from strongroom.agent.dependencies.dependency import Dependency, Kind
from strongroom.agent.dependencies.failing import Trouble, pause_s, trouble_after
from strongroom.agent.dependencies.moment import Moment
from strongroom.agent.dependencies.refreshing import Rule, chance
from strongroom.agent.files.replacing import NotWritten
from strongroom.agent.rendering.command import Command
from strongroom.agent.rendering.execution import Attempt, NotRendered, Place, attempt
from strongroom.agent.rendering.news import News, Stopped
from strongroom.agent.rendering.outlet import Outlet
from strongroom.agent.rendering.source import Source
from strongroom.lib.clock import Clock

log = structlog.get_logger("agent.rendering")
T = TypeVar("T")

_SETTLE_S: Final = 0.05
"""Without `wait`, for what changes in the same moment."""


class RenderingEnded(Exception):
    """The configuration says that the agent ends because of a failure.  The text says which."""


class Phase(Enum):
    """What a template is waiting for.  The value is the word for people."""

    WAITING = "waiting"
    """For what it asked for."""
    RENDERED = "rendered"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Shared:
    """What all templates share.

    Attributes:
        threads: where templates are executed.
        attempts: how often something may fail before the agent ends; 0 for any number.
        done: called after a template was rendered.
    """

    dependencies: Dependencies
    threads: Executor
    clock: Clock
    attempts: int
    done: Callable[[Rendering], None]


class Rendering:
    """Keeps one template rendered.

    Args:
        name: for people: the file, or the variable.
        rule: how what it asks for is refreshed.
        outlet: where its output goes.
        command: what is run after it has changed; None for nothing.
    """

    def __init__(
        self,
        template: Template,
        name: str,
        rule: Rule,
        *,
        source: Source,
        place: Place,
        outlet: Outlet,
        command: Command | None,
        shared: Shared,
    ) -> None:
        self.name = name
        self.template = template
        self.trouble: Trouble | None = None
        """Why it can't be rendered; None while it can."""
        self.rendered_at: float | None = None
        """When it was rendered last, in seconds since the epoch; None if it never was."""
        self.rule = rule
        self._source = source
        self._place = place
        self._outlet = outlet
        self.command = command
        self._shared = shared
        self._dependencies = shared.dependencies
        self._tried_out = False
        self._ready = True
        self._asked: frozenset[Dependency] = frozenset()
        self._pending: set[Dependency] = set()
        self._news = News()
        self._reads_again = False
        self._has_left = False

    @property
    def is_ready(self) -> bool:
        """Whether its output could be written the last time."""
        return self._ready

    @property
    def _may_end(self) -> bool:
        """Whether a failure of this template may end the agent."""
        return self._shared.attempts > 0 and self.template.error_fatal is not False

    @property
    def phase(self) -> Phase:
        """What it is waiting for."""
        if self.trouble is not None:
            return Phase.FAILING
        return Phase.RENDERED if self.rendered_at is not None and not self._pending else Phase.WAITING

    @property
    def waits_for(self) -> tuple[Dependency, ...]:
        """What it can't be rendered without."""
        return tuple(self._pending)

    def answered(self, dependency: Dependency) -> None:
        """Something that it asked for has an answer, or another one."""
        self._pending.discard(dependency)
        if not self._pending:
            self._news.tell()

    def failed(self, dependency: Dependency) -> None:
        """Something that it asked for can't be had: a file's template fails, a secret's waits for it."""
        state = self._dependencies.state(dependency)
        if dependency.kind is Kind.FILE:
            self.answered(dependency)
        elif state is not None and state.trouble is not None and self._may_end:
            outage = self._dependencies.outage
            if max(state.trouble.failures, outage.trouble.failures if outage else 0) >= self._shared.attempts:
                self._news.fail(f"{dependency}: {state.trouble.reason}")

    def read_again(self) -> None:
        """Have the template's file be read again, if it is another one now."""
        self._reads_again = True
        self._news.tell()

    def stop(self) -> None:
        """Render it no more.  What it has asked for is kept fresh until it leaves."""
        self._news.stop()

    def leave(self) -> None:
        """Ask for nothing any more, also if it is being rendered just now."""
        self._want(frozenset())
        self._has_left = True

    async def run(self) -> None:
        """Render it, and again whenever something has changed, until it is stopped.

        Raises: `RenderingEnded`.
        """
        with suppress(Stopped):
            await self._keep()

    async def _keep(self) -> NoReturn:
        while True:
            try:
                await self._render()
            except NotWritten as error:
                self._ready = False
                await self._after_failure(str(error))
            except NotRendered as error:
                await self._after_failure(f"{self._shown_source()}: {error}")
            else:
                if not self._reads_again:
                    await self._wait_for_news()
                    await self._settle()

    async def _render(self) -> None:
        """Ask, execute, and write.  Raises `NotRendered`, `NotWritten`, `RenderingEnded`."""
        self._news.forget()  # What comes from now on is a reason to render again, whatever fails.
        if self._reads_again:
            self._reads_again = False
            await self._in_thread(self._source.look_again)
        self._pending = set()
        language = await self._in_thread(self._source.language)
        if not self._tried_out:
            await self._outlet.try_out()
            self._tried_out = True
        while True:
            self._news.forget()
            made: Attempt = await self._in_thread(partial(attempt, language, self._dependencies.state, self._place))
            if made.is_complete:
                break
            self._ask_for(made)
            while self._pending:
                await self._wait_for_news()
                if self._reads_again:
                    return
        self._want(made.asked)
        if self.command is not None:
            self.command.expect(self)
        changed = False
        try:
            changed = await self._outlet.put(made.text, made.files)
        finally:
            if self.command is not None:
                self.command.settled(self, changed=changed, told=self._outlet.telling())
        self._succeeded(changed=changed)

    def _ask_for(self, made: Attempt) -> None:
        """Ask for what is lacking, besides what was asked for before: some of that may be asked for again."""
        self._want(self._asked | made.asked)
        states = {each: self._dependencies.state(each) for each in made.lacking}
        self._pending = {each for each, state in states.items() if state is None or state.answer is None}
        for each in made.incomplete:
            self._pending.add(each)
            self._dependencies.complete(each, tuple(file.path for file in made.files))

    def _want(self, asked: frozenset[Dependency]) -> None:
        if asked != self._asked and not self._has_left:
            self._dependencies.want(self, asked, self.rule)
            self._asked = asked

    def _succeeded(self, *, changed: bool) -> None:
        if self.trouble is not None:
            log.info("the template is rendered again", template=self.name)
        if changed:
            log.info("rendered", template=self.name)
        self.trouble = None
        self.rendered_at = self._shared.clock.now()
        if not self._ready:
            self._ready = True
            self._dependencies.became_ready()
        self._shared.done(self)

    async def _after_failure(self, reason: str) -> None:
        """Wait until something has changed, or for a while.  Raises `RenderingEnded` if the configuration says so."""
        self.trouble = trouble_after(self.trouble, reason, Moment.now(self._shared.clock))
        failures = self.trouble.failures
        pause = pause_s(failures, chance(self.name, "rendering", failures))
        told = {} if self._may_end else {"again_in_s": round(pause, 1)}
        log.error("the template can't be rendered", template=self.name, reason=reason, times=failures, **told)
        if self._may_end:
            raise RenderingEnded(reason)
        if self._ready:  # Another secret may help, but not against a full disk.
            self._dependencies.hasten(self._asked, pause)
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._wait_for_news()
        await self._in_thread(self._source.look_again)

    async def _settle(self) -> None:
        """Wait until what has changed stays as it is for a while.  Raises as `_wait_for_news` does."""
        wait = self.template.wait
        least_s, most_s = (wait.min_s, wait.max_s) if wait is not None and wait.min_s else (_SETTLE_S, 0)
        if fault := await self._news.settle(least_s, most_s, self._shared.clock):
            raise RenderingEnded(fault)

    async def _wait_for_news(self) -> None:
        """Wait until something has changed.

        Raises:
            RenderingEnded: that is a failure which ends the agent.
            Stopped: it is to be rendered no more.
        """
        if fault := await self._news.come():
            raise RenderingEnded(fault)

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._shared.threads, call)

    def _shown_source(self) -> str:
        return self.template.source or "contents"
