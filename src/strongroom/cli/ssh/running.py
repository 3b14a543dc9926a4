"""Runs ssh, and hands its exit status on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from strongroom.cli.failure import Failure
from strongroom.client.settings import PREFIXES

_SIGNAL_BASE = 128
"""What shells add to a signal's number."""


@contextmanager
def private_directory(environment: Mapping[str, str]) -> Iterator[Path]:
    """A directory that only this user may enter.  It is removed at the end, with what is in it.

    Args:
        environment: `XDG_RUNTIME_DIR` is preferred, which is in memory.
    """
    runtime = environment.get("XDG_RUNTIME_DIR", "")
    with tempfile.TemporaryDirectory(
        prefix="strongroom-ssh-", dir=runtime if runtime and os.access(runtime, os.W_OK) else None
    ) as made:
        yield Path(made)


def write_private(file: Path, text: str) -> None:
    """A new file that only this user may read."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w") as opened:
        opened.write(text)


def sshpass() -> str | None:
    """Where the program is that types a password for ssh; None if it isn't installed."""
    return shutil.which("sshpass")


def run(command: Sequence[str], environment: Mapping[str, str], password: str = "", typist: str = "") -> int:
    """Run a command to its end.  Returns its exit status, as shells do for one that a signal ended.

    Args:
        command: ssh and its words.
        environment: without the token: ssh may be configured to send variables to the host.
        password: what `typist` types for it.  It goes through a pipe, where neither the process list nor the
            environment shows it.

    Raises: `Failure` if it can't be started.
    """
    kept = _without_token(environment)
    if not typist:
        return _waited(command, kept, ())
    reading, writing = os.pipe()
    try:
        with os.fdopen(writing, "w") as pipe:
            pipe.write(password + "\n")
        return _waited([typist, "-d", str(reading), *command], kept, (reading,))
    finally:
        os.close(reading)


def knows(executable: str, option: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Whether this version of ssh knows an option.  It reads its words up to `-V`, and refuses what it doesn't know.

    Raises: `Failure` if it can't be started.
    """
    command = [executable, *option, "-V"]
    quiet = subprocess.DEVNULL
    try:
        done = subprocess.run(  # noqa: S603 - no shell
            command, env=_without_token(environment), stdin=quiet, stdout=quiet, stderr=quiet, check=False
        )
    except OSError as error:
        raise _not_started(executable, error) from error
    return done.returncode == 0


def _without_token(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name not in {f"{each}TOKEN" for each in PREFIXES}}


def _not_started(executable: str, error: OSError) -> Failure:
    return Failure(f"{executable} can't be run: {(error.strerror or str(error)).lower()}", 2)


def _waited(command: Sequence[str], environment: Mapping[str, str], descriptors: Sequence[int]) -> int:
    try:
        process = subprocess.Popen(command, env=environment, pass_fds=descriptors)  # noqa: S603 - no shell
    except OSError as error:
        raise _not_started(command[0], error) from error
    with _signals_for(process):
        status = process.wait()
    return status if status >= 0 else _SIGNAL_BASE - status


@contextmanager
def _signals_for(process: subprocess.Popen[Any]) -> Iterator[None]:
    """Leave signals to the process while it runs, so that what was written for it is removed at its end."""

    def hand_on(number: int, frame: FrameType | None) -> None:
        """Send the process what was sent to this one alone."""
        process.send_signal(number)

    def leave(number: int, frame: FrameType | None) -> None:
        """Do nothing: the terminal has sent it to the process too."""

    handlers: dict[signal.Signals, Callable[[int, FrameType | None], None]] = {
        signal.SIGINT: leave,
        signal.SIGQUIT: leave,
        signal.SIGTERM: hand_on,
        signal.SIGHUP: hand_on,
    }
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
