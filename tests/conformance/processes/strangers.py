"""Clients without tokens that send what costs most, and somebody who asks for the server's health meanwhile."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import select
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HUGE_BYTES = 32 * 1024 * 1024
ALLOWED_BYTES = 256 * 1024 - 1
"""Just what is received without a token."""

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_PART_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Shape:
    """A body: `start`, as many of `piece` as fit, `end`."""

    name: str
    start: bytes
    piece: bytes
    end: bytes
    media: str = _JSON
    chunk: int = 0
    """Bytes of a chunk; 0: the length is announced."""
    token: str = ""
    """An invented one."""

    def pieces(self, size: int) -> Iterator[bytes]:
        """The body in parts of some size, about `size` bytes altogether."""
        yield self.start
        part = self.piece * (max(1, _PART_BYTES // len(self.piece)))
        left = size - len(self.start) - len(self.end)
        while left >= len(self.piece):
            taken = part[: left // len(self.piece) * len(self.piece)]
            yield taken
            left -= len(taken)
        yield self.end


SHAPES = (
    Shape("escapes of a form", b"a=", b"%41", b"", _FORM),
    Shape("spaces of a form", b"a=", b"+", b"", _FORM),
    Shape("fields of a form", b"", b"a&", b"a", _FORM),
    Shape("dropped fields of a form", b"", b";&", b"a", _FORM),
    Shape("empty lists", b'{"a":[', b"[],", b"0]}"),
    Shape("empty objects", b'{"a":[', b"{},", b"0]}"),
    Shape("small objects", b'{"a":[', b'{"b":0},', b"0]}"),
    Shape("lists of lists", b'{"a":[', b"[" + b"[]," * 9000 + b"0],", b"0]}"),
    Shape("nested lists", b"", b"[", b""),
    Shape("nested objects", b"", b'{"a":', b""),
    Shape("numbers", b'{"a":[', b"1.5,", b"0]}"),
    Shape("texts", b'{"a":[', b'"b",', b"0]}"),
    Shape("names", b"{", b'"b":0,', b'"c":0}'),
    Shape("one text", b'{"password":"', b"a", b'"}'),
    Shape("escapes of a text", b'{"password":"', rb"\"", b'"}'),
    Shape("code points", b'{"password":"', rb"\u00e9", b'"}'),
    Shape("wide characters", b'{"password":"\xf0\x9f\x94\x91', b"a", b'"}'),
    Shape("digits", b'{"a":', b"1", b"}"),
    Shape("white space", b"", b" ", b"{}"),
    Shape("no text", b'{"a":"', b"\xff", b'"}'),
    Shape("small chunks", b'{"a":[', b"[],", b"0]}", chunk=512),
    Shape("with an invented token", b'{"a":[', b"[],", b"0]}", token="hvs.CAESINVENTEDINVENTEDINVE"),
)
PATHS = (
    "auth/userpass/login/somebody",
    "sys/unseal",
    "sys/wrapping/unwrap",
    "sys/wrapping/lookup",
    "sys/decode-token",
    "sys/init",
    "secret/data/a",
)


def _send(sock: socket.socket, path: str, shape: Shape, size: int) -> None:
    head = [f"POST /v1/{path} HTTP/1.1", "Host: a", f"Content-Type: {shape.media}"]
    if shape.token:
        head.append(f"X-Vault-Token: {shape.token}")
    if shape.chunk:
        head.append("Transfer-Encoding: chunked")
    else:
        head.append(f"Content-Length: {sum(map(len, shape.pieces(size)))}")
    sock.sendall("\r\n".join([*head, "", ""]).encode())
    for piece in shape.pieces(size):
        if not shape.chunk:
            sock.sendall(piece)
            continue
        parts = (piece[at : at + shape.chunk] for at in range(0, len(piece), shape.chunk))
        sock.sendall(b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts))
    if shape.chunk:
        sock.sendall(b"0\r\n\r\n")


def send(address: str, path: str, shape: Shape, size: int) -> int:
    """Send a request without a token; the status of the answer, 0 if there was none to be read."""
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=60) as sock:
        # The server may have answered and closed long before all is sent.
        with contextlib.suppress(ConnectionError):
            _send(sock, path, shape, size)
        try:
            match = re.match(rb"HTTP/1\.1 (\d+)", sock.recv(1000))
        except ConnectionError:
            return 0
        return int(match[1]) if match is not None else 0


@dataclass
class Outcome:
    """What came of an attack."""

    statuses: Counter[int] = field(default_factory=Counter)
    """How often the clients were answered what."""
    probes: list[float] = field(default_factory=list)
    """How long each question for health took, in seconds."""
    failures: list[str] = field(default_factory=list)
    """Questions for health that weren't answered."""


def attack(address: str, sizes: tuple[int, ...], clients: int = 10, *, at_least_s: float = 0.0) -> Outcome:
    """Send every shape in every size, by several clients at a time, and ask for health meanwhile.

    Args:
        at_least_s: go on asking for so long, for a measurement without clients.
    """
    outcome = Outcome()
    jobs = itertools.cycle(PATHS)
    wanted = [(next(jobs), shape, size) for size in sizes for shape in SHAPES]
    lock = threading.Lock()

    def client() -> None:
        while True:
            with lock:
                if not wanted:
                    return
                job = wanted.pop()
            status = send(address, *job)
            with lock:
                outcome.statuses[status] += 1

    # In a process of its own: these clients' work isn't to be taken for the server's.
    prober = subprocess.Popen(
        [sys.executable, "-m", __name__, address, str(at_least_s)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        threads = [threading.Thread(target=client) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        told, _ = prober.communicate()
    outcome.probes, outcome.failures = json.loads(told)
    return outcome


def probe(address: str, at_least_s: float) -> None:
    """Ask for health until the standard input ends; print how long each answer took, and what failed."""
    until = time.monotonic() + at_least_s
    times: list[float] = []
    failures: list[str] = []
    while not select.select([sys.stdin], [], [], 0.01)[0] or time.monotonic() < until:
        began = time.perf_counter()
        try:
            answered = health(address)
        except OSError as error:
            failures.append(str(error))
        else:
            times.append(time.perf_counter() - began)
            if answered != 200:
                failures.append(str(answered))
    json.dump((times, failures), sys.stdout)


def health(address: str) -> int:
    """The status of `sys/health`, asked on a new connection."""
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=60) as sock:
        sock.sendall(b"GET /v1/sys/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        received = b""
        while part := sock.recv(4096):
            received += part
    return int(received[9:12])


def resident_bytes(pids: list[int], which: str = "VmRSS") -> int:
    """Memory of processes together: what they hold (`VmRSS`), or the most that they ever did (`VmHWM`)."""
    found = 0
    for pid in pids:
        match = re.search(rf"^{which}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.M)
        assert match is not None
        found += int(match[1]) * 1024
    return found


if __name__ == "__main__":
    probe(sys.argv[1], float(sys.argv[2]))
