"""One process of the program."""

from __future__ import annotations

import os
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from strongroom.agent import children
from strongroom.agent.rendering.program import words

_SIGNAL_BASE: Final = 128
_SHELL: Final = "sh"


class NotStarted(Exception):
    """The program can't be started.  The text says why."""


class Child:
    """A process, with the agent's own input and outputs.

    A program that a shell starts is a session of its own, so that signals reach it and not the shell alone.
    """

    def __init__(self, process: Process, *, has_group: bool) -> None:
        self._process = process
        self._has_group = has_group

    @classmethod
    async def start(cls, command: Sequence[str], environment: Mapping[str, str]) -> Child:
        """Start a program.  Raises `NotStarted`."""
        line = words(command)
        has_group = line != tuple(command)
        try:
            process = await children.start(*line, env=environment, start_new_session=has_group)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise NotStarted(f"{line[0]} can't be started: {reason.lower()}") from error
        return cls(process, has_group=has_group)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def send(self, number: int) -> None:
        """Send a signal; nothing happens if it has ended."""
        with suppress(ProcessLookupError):
            if self._has_group:
                os.killpg(self._process.pid, number)
            else:
                self._process.send_signal(number)

    async def ended(self) -> int:
        """Wait for its end: its status, as shells tell it."""
        status = await self._process.wait()
        return status if status >= 0 else _SIGNAL_BASE - status
