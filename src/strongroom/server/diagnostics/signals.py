"""Signals by which a process is asked how it is, and those that must not stop it.

SIGUSR1 and SIGUSR2 would end a process that doesn't handle them.  Vault writes its numbers at the one, and its stacks
at the other.  Source: https://developer.hashicorp.com/vault/docs/internals/telemetry

The handlers are the interpreter's, and not the event loop's: a loop that hangs runs no handlers of its own.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from types import FrameType

import structlog

from strongroom.lib.profiling import stacks

log = structlog.get_logger("diagnostics")

ASKED = frozenset({signal.SIGUSR1, signal.SIGUSR2})
_IGNORED = (signal.SIGPIPE, signal.SIGTTOU, signal.SIGTTIN)
"""A reader of the log that has gone, and a terminal that keeps background processes from writing."""


def ignore() -> None:
    """Have nothing stop or end this process before `answer` is called."""
    for number in (*_IGNORED, *ASKED):
        signal.signal(number, signal.SIG_IGN)


def answer(
    state: Callable[[], Mapping[str, object]],
    passed_on: Callable[[int, FrameType | None], None] | None = None,
    loop: asyncio.AbstractEventLoop | None = None,
) -> None:
    """Answer the signals from now on, in the log, whatever its level.

    Args:
        state: this process in a few numbers.
        passed_on: called with the signal afterwards.
        loop: whose tasks are told of as well.
    """

    def answered(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGUSR1:
            log.info("state", asked=True, **state())
        else:
            tell_stacks(frame, loop)
        if passed_on is not None:
            passed_on(number, frame)

    for ignored in _IGNORED:
        signal.signal(ignored, signal.SIG_IGN)
    for number in ASKED:
        signal.signal(number, answered)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ASKED)


def tell_stacks(frame: FrameType | None, loop: asyncio.AbstractEventLoop | None = None) -> None:
    """Log where this process is.

    Args:
        frame: where its main thread was interrupted.
    """
    write(stacks.of_threads(frame), pid=os.getpid())
    if loop is not None:
        write(stacks.of_tasks(loop), pid=os.getpid())


def write(found: list[stacks.Stack], **values: object) -> None:
    """Log stacks, a line each."""
    for stack in found:
        log.info("stack", asked=True, of=stack.of, times=stack.times, frames=stack.text, **values)
