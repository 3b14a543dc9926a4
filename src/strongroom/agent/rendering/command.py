"""A command that is run after files have changed: once for all of them that change together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog

from strongroom.agent.config.rendering import Template
from strongroom.agent.dependencies.failing import Trouble, pause_s, trouble_after
from strongroom.agent.dependencies.moment import Moment
from strongroom.agent.dependencies.refreshing import chance
from strongroom.agent.rendering.program import ProgramFailed, run, words
from strongroom.agent.turns.turn import AT_ANY_TIME, Turn
from strongroom.lib.clock import Clock

log = structlog.get_logger("agent.rendering")

_SETTLE_S: Final = 0.1
_SETTLE_AT_MOST_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class CommandLine:
    """What is run.

    Attributes:
        timeout_s: how long it may take; 0 for any time.
    """

    words: Sequence[str]
    timeout_s: float

    def __str__(self) -> str:
        return " ".join(self.words)


def command_of(template: Template) -> CommandLine | None:
    """The command of a template; None if it has none.  (p)"""
    if template.exec is not None and template.exec.command:
        return CommandLine(words(template.exec.command), template.exec.timeout_s)
    if template.command:
        return CommandLine(words((template.command,)), template.command_timeout_s)
    return None


class Command:
    """Runs one command whenever files have changed, and again after a pause if it failed.

    Args:
        line: what is run.
        environment: variables.
        failed: called when it failed.
        turn: when it may run.
    """

    def __init__(
        self,
        line: CommandLine,
        environment: Mapping[str, str],
        *,
        failed: Callable[[str], None],
        clock: Clock,
        turn: Turn = AT_ANY_TIME,
    ) -> None:
        self.line = line
        self.trouble: Trouble | None = None
        """Why it fails; None after a good end."""
        self._environment = environment
        self._failed = failed
        self._clock = clock
        self._turn = turn
        self._expected: set[object] = set()
        self._told: dict[object, Callable[[], None]] = {}
        self._nobody = asyncio.Event()
        self._nobody.set()
        self._wanted = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def expect(self, writer: object) -> None:
        """Tell that somebody is about to write a file after which it is run."""
        self._expected.add(writer)
        self._nobody.clear()

    def settled(self, writer: object, *, changed: bool, told: Callable[[], None] | None = None) -> None:
        """Tell that this is over.

        Args:
            changed: whether the file is another one.  If the command runs already, it is run again then: it may have
                read the file before the change.
            told: called in a thread when the command has told of this change.
        """
        self._expected.discard(writer)
        if not self._expected:
            self._nobody.set()
        if changed:
            if told is not None:
                self._told[writer] = told
            self._wanted.set()
            self._idle.clear()

    async def idle(self) -> None:
        """Wait until it isn't to be run, or has failed."""
        await self._idle.wait()

    async def run(self) -> None:
        """Run it when it is wanted, for ever."""
        while True:
            pause = None
            if self.trouble is not None:
                share = chance(str(self.line), "command", self.trouble.failures)
                pause = pause_s(self.trouble.failures, share)
            with suppress(TimeoutError):  # Without a change, it is tried again.
                async with asyncio.timeout(pause):
                    await self._wanted.wait()
            await self._settle()
            self._wanted.clear()
            async with self._turn():
                if self._wanted.is_set():  # while others had their turns
                    await self._settle()
                    self._wanted.clear()
                await self._once()
            if not self._wanted.is_set():
                self._idle.set()

    async def _settle(self) -> None:
        """Wait for files that are just being written, but for none that hangs."""
        await asyncio.sleep(_SETTLE_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(_SETTLE_AT_MOST_S):
                await self._nobody.wait()

    async def _once(self) -> None:
        log.info("a command is run", command=str(self.line))
        about = dict(self._told)
        try:
            await run(self.line.words, self._environment, self.line.timeout_s)
        except ProgramFailed as error:
            self.trouble = trouble_after(self.trouble, str(error), Moment.now(self._clock))
            log.error("a command failed", command=str(self.line), reason=str(error), times=self.trouble.failures)
            self._failed(f"the command {self.line} failed: {error}")
        else:
            self.trouble = None
            await self._tell(about)

    async def _tell(self, about: Mapping[object, Callable[[], None]]) -> None:
        """Note that it has told of these changes, as far as there are no later ones."""
        for writer, told in about.items():
            if self._told.get(writer) is told:
                del self._told[writer]
            await asyncio.to_thread(told)
