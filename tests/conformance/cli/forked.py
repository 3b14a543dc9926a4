"""Our program, loaded once and forked for each command line.

Loading it takes most of the time of a short command, and is the same each time.  A process of its own loads it,
without threads, and forks.  The child has the command's words, environment, directory and outputs, and ends as the
program does.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import re
import selectors
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_MESSAGE_BYTES = 1 << 20
_WORD = r"(?:[\w./:=@,%+-]+|(?:[\w./:@%+-]+=)?'[^']*')"
_PLAIN = re.compile(rf"((?:[A-Z_]+=[\w./:@,%+-]* )*)\$P((?: {_WORD})*)", re.ASCII)


@dataclass(frozen=True)
class Plain:
    """A command line that needs no shell: what it adds to the environment, and its words behind the program's name."""

    environment: dict[str, str]
    words: list[str]


def plain(line: str) -> Plain | None:
    """What a shell would make of a line; None for a line with anything but settings, `$P`, words and single quotes."""
    found = _PLAIN.fullmatch(line)
    if found is None:
        return None
    return Plain(dict(setting.split("=", 1) for setting in found[1].split()), shlex.split(found[2]))


class Forked:
    """The process that has loaded the program."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def run(self, words: list[str], environment: Mapping[str, str], directory: Path) -> tuple[int, bytes, bytes]:
        """Run one command line, with an empty standard input; its exit code and both outputs."""
        message = json.dumps({"words": words, "environment": dict(environment), "directory": str(directory)}).encode()
        outputs = [os.pipe(), os.pipe()]
        socket.send_fds(self._connection, [message], [write for _, write in outputs])
        for _, write in outputs:
            os.close(write)
        printed = _read([read for read, _ in outputs])
        return int(self._connection.recv(_MESSAGE_BYTES)), printed[0], printed[1]


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


@contextlib.contextmanager
def forked(environment: Mapping[str, str]) -> Iterator[Forked]:
    """The program, loaded in an environment like those that its command lines have."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                env=dict(environment),
                cwd=Path(__file__).parents[3],
                pass_fds=[theirs.fileno()],
            )
        try:
            yield Forked(ours)
        finally:
            ours.close()
            process.wait()


def _load() -> None:
    import importlib
    import pkgutil

    import strongroom.cli
    import strongroom.client

    for package in (strongroom.cli, strongroom.client):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)


def _fork_for_each(connection: socket.socket) -> tuple[bytes, list[int]] | None:
    """Fork for each message; in a child, the message and its descriptors.  None at the end."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(connection, _MESSAGE_BYTES, 2)
        if not message:
            return None
        child = os.fork()
        if not child:
            connection.close()
            return message, descriptors
        for descriptor in descriptors:
            os.close(descriptor)
        connection.send(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())


def _become(message: bytes, outputs: list[int]) -> None:
    """Make this process what the interpreter would be when it begins with the command."""
    asked = json.loads(message)
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["directory"])
    sys.argv[1:] = asked["words"]
    for number, descriptor in enumerate([os.open(os.devnull, os.O_RDONLY), *outputs]):
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin = os.fdopen(0, "r", closefd=False)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)


def _main() -> int:
    connection = socket.socket(fileno=int(sys.argv[1]))
    sys.argv[:] = ["strongroom"]
    _load()
    gc.freeze()
    asked = _fork_for_each(connection)
    if asked is None:
        return 0
    _become(*asked)
    from strongroom.cli.main import main

    return main()


if __name__ == "__main__":
    sys.exit(_main())
