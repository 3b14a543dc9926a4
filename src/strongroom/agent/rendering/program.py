"""Runs a program to its end, within a time."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from strongroom.agent import children

_TO_END_S: Final = 5.0
"""What a program that took too long gets to end by itself."""


class ProgramFailed(Exception):
    """A program wasn't run, or not to a good end.  The text says why."""


def words(command: Sequence[str]) -> tuple[str, ...]:
    """What is started for a command of the configuration: a text of several words is the shell's.  (p)"""
    if len(command) == 1 and len(command[0].split()) > 1:
        return "sh", "-c", command[0]
    return tuple(command)


async def run(program: Sequence[str], environment: Mapping[str, str], timeout_s: float) -> None:
    """Run a program, and wait.

    It is ended with everything that it has started, if it takes too long, or if this is cancelled.

    Args:
        timeout_s: 0 for as long as it takes.

    Raises: `ProgramFailed`.
    """
    starting = asyncio.ensure_future(children.start(*program, stdin=DEVNULL, env=environment, start_new_session=True))
    try:
        process = await asyncio.shield(starting)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ProgramFailed(f"{program[0]} can't be run: {reason.lower()}") from error
    except asyncio.CancelledError:
        with suppress(OSError, ValueError):
            await _end(await starting)
        raise
    try:
        async with asyncio.timeout(timeout_s or None):
            status = await process.wait()
    except TimeoutError:
        await _end(process)
        raise ProgramFailed(f"it didn't end within {timeout_s:g} s") from None
    except asyncio.CancelledError:
        await _end(process)
        raise
    if status != 0:
        raise ProgramFailed(how_it_ended(status))


def how_it_ended(status: int) -> str:
    """What a status says, for people.  (p)"""
    if status >= 0:
        return f"it ended with status {status}"
    try:
        return f"it was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"it was ended by signal {-status}"


async def _end(process: Process) -> None:
    """End a program's group: politely, then at once."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(TimeoutError):
            async with asyncio.timeout(_TO_END_S):
                await process.wait()
                break
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
