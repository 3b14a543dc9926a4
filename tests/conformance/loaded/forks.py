"""Asks for forks of the program, from a test."""

from __future__ import annotations

import atexit
import contextlib
import functools
import marshal
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from tests.conformance.loaded.process import MESSAGE_BYTES, REFUSED

STARTED = bool(os.environ.get("STRONGROOM_TEST_STARTED"))
"""Set the variable to start the program each time."""
BIN = Path(sys.executable).parent
_LAUNCHER = Path(__file__).with_name("launcher.py")
_ROOT = Path(__file__).parents[3]


class Fork:
    """A fork, with the methods of `subprocess.Popen` that tests of servers use.

    Attributes:
        pid: its process id, and that of its session.
        returncode: its exit status, negative for a signal; None until its end was noticed.
    """

    def __init__(self, connection: socket.socket, pid: int) -> None:
        self._connection = connection
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit status; None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; its exit status.  Raises `subprocess.TimeoutExpired`."""
        if self.returncode is None:
            self._connection.settimeout(timeout)
            try:
                told = self._connection.recv(MESSAGE_BYTES)
            except (TimeoutError, BlockingIOError) as error:
                raise subprocess.TimeoutExpired("strongroom", timeout or 0) from error
            self._connection.close()
            self.returncode = int(told or -signal.SIGKILL)  # nothing: it ended with the process that forked it
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


class Loaded:
    """The process that has loaded the program.

    Attributes:
        program: what shells run in the program's place.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._socket = folder / "socket"
        self._life, theirs = socket.socketpair()
        self.program = folder / "strongroom"
        links = folder / "links"
        links.mkdir()
        text = _LAUNCHER.read_text()
        for name, place in (("socket", self._socket), ("program", BIN / "strongroom"), ("links", links)):
            text = text.replace(f"@{name}@", str(place))
        self.program.write_text(f"#!{sys.executable} -IS\n{text}")
        self.program.chmod(0o755)
        with theirs, socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(str(self._socket))
            listener.listen(64)
            kept = (theirs.fileno(), listener.fileno())
            with (folder / "log").open("wb") as log:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "tests.conformance.loaded.process", *map(str, kept), str(BIN)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env={**environment, "HOME": str(folder)},
                    cwd=_ROOT,
                    pass_fds=kept,
                    start_new_session=True,
                )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def start(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        directory: Path,
        streams: tuple[BinaryIO | int, BinaryIO | int, BinaryIO | int],
    ) -> Fork:
        """Start the program.

        Args:
            words: behind the program's name. streams: standard input and both outputs, which stay open here.

        Raises: `RuntimeError` where a fork wouldn't be what was asked for.
        """
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connection.connect(str(self._socket))
        bare = {os.fsencode(name): os.fsencode(value) for name, value in environment.items()}
        message = marshal.dumps(([str(BIN / "strongroom"), *words], bare, os.fsencode(directory)))
        descriptors = [stream if isinstance(stream, int) else stream.fileno() for stream in streams]
        socket.send_fds(connection, [message], descriptors)
        answer = connection.recv(MESSAGE_BYTES)
        if answer in (b"", REFUSED):
            connection.close()
            log = (self._socket.parent / "log").read_text()
            raise RuntimeError(f"no fork of the program can be what was asked for\n{log}")
        return Fork(connection, int(answer))

    def run(self, words: Sequence[str], environment: Mapping[str, str], directory: Path) -> tuple[int, bytes, bytes]:
        """Run a command line with an empty standard input; its exit status and both outputs."""
        outputs = [os.pipe(), os.pipe()]
        with Path(os.devnull).open("rb") as nothing:
            fork = self.start(words, environment, directory, (nothing, outputs[0][1], outputs[1][1]))
        for _, write in outputs:
            os.close(write)
        printed = _read([read for read, _ in outputs])
        return fork.wait(), printed[0], printed[1]

    def end(self) -> None:
        """End it and all that it has forked."""
        self._life.close()
        self._process.wait()


def _read(pipes: list[int]) -> list[bytes]:
    """Everything from each pipe, to its end."""
    found = dict.fromkeys(pipes, b"")
    with selectors.DefaultSelector() as selector:
        for pipe in pipes:
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                if part := os.read(key.fd, 65536):
                    found[key.fd] += part
                else:
                    selector.unregister(key.fd)
                    os.close(key.fd)
    return list(found.values())


@functools.cache
def loaded() -> Loaded:
    """The one of this test process, which is made when it is first asked for."""
    from tests.conformance.program import environment

    folder = Path(tempfile.mkdtemp(prefix="strongroom-loaded-"))
    made = Loaded(folder, environment(folder))
    atexit.register(_leave, made, folder)
    return made


def _leave(made: Loaded, folder: Path) -> None:
    made.end()
    shutil.rmtree(folder, ignore_errors=True)
