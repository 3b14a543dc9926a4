"""A program in a process group of its own, which ends with the block that started it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.servers import usage

_STOP_S = 30.0
_LOG_CHARACTERS = 2000


class ProgramFailed(Exception):
    """A program ended or didn't become ready; the text has the end of its log."""


@dataclass(frozen=True, slots=True)
class Program:
    """A running program."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def group(self) -> int:
        """Its process group."""
        return self.process.pid

    def wait_for(self, ready: Callable[[], bool], timeout_s: float = 60.0) -> None:
        """Wait until something holds.  Raises `ProgramFailed` when the program ends first, or takes too long."""
        deadline = time.monotonic() + timeout_s
        while not ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                how = "isn't ready" if self.process.returncode is None else f"ended with {self.process.returncode}"
                end = self.log.read_text(errors="replace")[-_LOG_CHARACTERS:]
                raise ProgramFailed(f"{self.process.args!r} {how}:\n{end}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End the program and everything in its group."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(_STOP_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.group, signal.SIGKILL)
        self.process.wait()
        deadline = time.monotonic() + _STOP_S
        while usage.members(self.group) and time.monotonic() < deadline:
            time.sleep(0.02)


def start(command: Sequence[str | Path], home: Path, log: Path) -> Program:
    """Start a program, whose output goes to a file."""
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ} | {"HOME": str(home)}
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - the programs that are measured
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            start_new_session=True,
        )
    return Program(process, log)


@contextlib.contextmanager
def running(command: Sequence[str | Path], home: Path, log: Path) -> Iterator[Program]:
    """A program until the block ends."""
    program = start(command, home, log)
    try:
        yield program
    finally:
        program.stop()
