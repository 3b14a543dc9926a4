"""Ports of the loopback for servers in tests: none is given twice, to whichever test run on this machine asks.

A port that was free a moment ago may be taken by the time that a server binds it: by another run's server, or by the
kernel for somebody's connection.  So ports come from below those that the kernel gives to connections, and a process
draws them from blocks that it holds as long as it lives.  A block is held by an abstract socket named after it, which
the kernel releases when the process ends, however that happens.
"""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

FIRST = 10_000
BLOCK = 100
STEP = 2
"""The reference server takes the port above its own, too, for its cluster."""
WAIT_S = 300.0

_lock = threading.Lock()
_held: list[socket.socket] = []
_left: list[int] = []


def free_port() -> int:
    """A port of the loopback that nobody listens on, and that no other call gives, here or in another process."""
    with _lock:
        while True:
            if not _left:
                _left.extend(_claim())
            port = _left.pop(0)
            if _free(port):
                return port


@contextlib.contextmanager
def only_user_of(*ports: int) -> Iterator[None]:
    """Wait until no other test run uses these well-known ports, and keep the others waiting until the block ends.

    Raises: `TimeoutError`.
    """
    deadline = time.monotonic() + WAIT_S
    with contextlib.ExitStack() as stack:
        for port in sorted(ports):
            while (guard := _guard(f"port-{port}")) is None:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"another test run holds port {port}")
                time.sleep(0.05)
            stack.enter_context(guard)
        yield


def in_use(port: int) -> bool:
    """Whether a test run uses this well-known port at the moment."""
    guard = _guard(f"port-{port}")
    if guard is not None:
        guard.close()
    return guard is None


def _claim() -> range:
    """A block that no living process holds."""
    end = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    blocks = list(range(FIRST, end - BLOCK + 1, BLOCK))
    # A server that outlives its run may still listen in its block: two runs seldom begin at the same one.
    random.shuffle(blocks)
    for first in blocks:
        if guard := _guard(f"ports-{first}"):
            _held.append(guard)
            return range(first, first + BLOCK, STEP)
    raise OSError("every block of ports is held by a test run")


def _guard(name: str) -> socket.socket | None:
    """What keeps others from the same name; nothing while another has it."""
    guard = socket.socket(socket.AF_UNIX)
    try:
        guard.bind(f"\0strongroom-tests-{name}")
    except OSError:
        guard.close()
        return None
    return guard


def _free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
