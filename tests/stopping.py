"""Lets a process stand still: `SIGSTOP` alone is on its way when `kill` returns, and threads go on meanwhile."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

_PATIENCE_S = 30.0


def stop(pid: int) -> None:
    """Stop a process, and return once each of its threads stands still."""
    os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + _PATIENCE_S
    while not all(map(_stands, _threads(pid))):
        assert time.monotonic() < deadline, f"process {pid} doesn't stop"
        time.sleep(0.001)


def go_on(pid: int) -> None:
    """Let it go on."""
    os.kill(pid, signal.SIGCONT)


def _threads(pid: int) -> list[Path]:
    return list(Path(f"/proc/{pid}/task").iterdir())


def _stands(thread: Path) -> bool:
    try:
        state = (thread / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True  # It ended meanwhile.
    # The name in parentheses may have any character.
    return state.rpartition(")")[2].split()[0] in "TtZX"
