"""Where the forwarder writes: standard output, standard error, a named pipe, or a peer."""

from __future__ import annotations

import contextlib
import os
import select
import stat
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from urllib.parse import urlsplit

from strongroom.audit.forwarding.peers import PEERS, open_peer
from strongroom.audit.forwarding.target import Target
from strongroom.audit.outgoing.addresses import AddressRules

STANDARD = {"stdout": 1, "stderr": 2}
"""The descriptors that the forwarder has from its supervisor."""


_NO_RULES = AddressRules()


class UnknownTarget(Exception):
    """This release has no such target: a newer one has left entries for it."""


def open_target(name: str, options: Mapping[str, str], rules: AddressRules = _NO_RULES) -> Target:
    """What a device's target stands for.

    Args:
        name: `stdout`, `stderr`, the path of a pipe, or the type of a peer.
        options: what the device says of it besides.
        rules: which addresses peers may have.

    Raises: `UnknownTarget`.
    """
    if name in STANDARD:
        return Standard(STANDARD[name])
    if PurePath(name).is_absolute():
        return Pipe(name)
    if name in PEERS:
        return open_peer(name, options, rules)
    raise UnknownTarget(f'this release does not know the target "{name}"')


def shown(name: str, options: Mapping[str, str]) -> str:
    """A target, as the log names it."""
    if name not in PEERS:
        return name
    try:
        place = options.get("address") or urlsplit(options.get("uri", "")).netloc
    except ValueError:
        place = ""
    return f"{name} {place}".rstrip()


def _write(descriptor: int, line: bytes) -> None:
    """Write everything.  Raises `Partly` when it came to an end in the middle, else `OSError`."""
    rest = memoryview(line)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:
            # Somebody else has the same terminal or pipe open, and has made it so.
            waiting = select.poll()
            waiting.register(descriptor, select.POLLOUT)
            waiting.poll()
        except OSError as error:
            if len(rest) < len(line):
                raise Partly(error.errno, error.strerror) from error
            raise


class Partly(OSError):
    """Part of the line was written."""


class Standard:
    """A descriptor that was there when the process began."""

    at_once = 1

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._torn = False

    def send(self, lines: Sequence[bytes]) -> int:
        """Write a line whole.  Raises `OSError`, as when nobody reads any more."""
        try:
            _write(self._descriptor, b"\n" + lines[0] if self._torn else lines[0])
        except Partly:
            self._torn = True
            raise
        self._torn = False
        return 1

    def close(self) -> None:
        """Nothing to do: it isn't ours."""


class Pipe:
    """A named pipe, opened anew for each reader."""

    at_once = 1

    def __init__(self, path: str) -> None:
        self._path = path
        self._descriptor = -1

    def send(self, lines: Sequence[bytes]) -> int:
        """Write a line whole.  Raises `OSError`, as while there is no reader; the next one gets it from its start."""
        if self._descriptor < 0:
            self._descriptor = self._open()
        try:
            _write(self._descriptor, lines[0])
        except OSError:
            self.close()
            raise
        return 1

    def _open(self) -> int:
        # Without waiting for a reader, who may never come; writing waits.
        descriptor = os.open(self._path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY | os.O_NOFOLLOW)
        with contextlib.ExitStack() as opened:
            opened.callback(os.close, descriptor)
            if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                raise OSError(f"{self._path} is no pipe any more")
            os.set_blocking(descriptor, True)
            opened.pop_all()
        return descriptor

    def close(self) -> None:
        """Release the descriptor, which the reader sees as the end."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
