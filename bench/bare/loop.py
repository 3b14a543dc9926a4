"""Starts the bare loop for one operation, with the answer and the audit bytes of a server that was measured."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench.load.requests import Wanted
from bench.servers import ports, program


class BareLoop(NamedTuple):
    """A running loop."""

    port: int
    group: int

    @property
    def url(self) -> str:
        """The address as load generators want it."""
        return f"http://127.0.0.1:{self.port}"


def answer_of(port: int, wanted: Wanted) -> bytes:
    """One answer as it comes over the wire, head included."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(wanted.bytes())
        found = b""
        while b"\r\n\r\n" not in found:
            if not (more := connection.recv(65536)):
                raise ConnectionError("the server has closed the connection")
            found += more
        head, _, content = found.partition(b"\r\n\r\n")
        _, told, rest = head.lower().partition(b"\r\ncontent-length:")
        missing = (int(rest.split(b"\r\n")[0]) if told else 0) - len(content)
        while missing > 0 and (more := connection.recv(65536)):
            found += more
            missing -= len(more)
    return found


@contextlib.contextmanager
def running(home: Path, answer: bytes, audit_bytes: int) -> Iterator[BareLoop]:
    """The loop in two processes, until the block ends."""
    file, port = home / "answer", ports.free_pair()
    file.write_bytes(answer)
    command = [sys.executable, "-m", "bench.bare.serve", f"--port={port}", f"--answer={file}"]
    command += [f"--audit={home / 'audit'}", f"--audit-bytes={audit_bytes}"]
    with program.running(command, home, home / "bare.log") as loop:
        loop.wait_for(lambda: _listens(port))
        yield BareLoop(port, loop.group)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
