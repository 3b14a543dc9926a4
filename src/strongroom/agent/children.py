"""The programs that this process starts, and the processes that it inherits."""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import Process
from typing import Any

from strongroom.server.supervisor import orphans

_FIRST_PID = 1


class _Own:
    """The children whose end somebody here waits for."""

    def __init__(self) -> None:
        self.starting = 0
        self.started: set[Process] = set()

    def running(self) -> set[int]:
        self.started = {each for each in self.started if each.returncode is None}
        return {each.pid for each in self.started}


_own = _Own()  # of the process, as children are


async def start(*program: str, **options: Any) -> Process:
    """Start a program of the agent.

    Args:
        options: as of `asyncio.create_subprocess_exec`.

    Raises: `OSError`, `ValueError`.
    """
    _own.starting += 1
    try:
        process = await asyncio.create_subprocess_exec(*program, **options)
    finally:
        _own.starting -= 1
    _own.started.add(process)
    return process


def reap_inherited() -> None:
    """Take note of the end of processes that others have left to this one.

    Without it a container whose first process is the agent fills with zombies: a command that reloads a service often
    leaves processes behind.
    """
    if os.getpid() == _FIRST_PID:
        reap()


def reap() -> None:
    """Take note of the end of each child that wasn't started here."""
    # What is being started is a child already, and has no number here yet.
    if not _own.starting:
        orphans.reap(_own.running())
