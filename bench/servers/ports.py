"""Ports of the loopback that nobody listens on."""

from __future__ import annotations

import socket
from itertools import count


def _free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


_candidates = count(15_000, 2)
"""Below those that the kernel gives to connections, which would otherwise be taken meanwhile."""


def free_pair() -> int:
    """A free port whose upper neighbour is free too: the reference server takes that one for its cluster."""
    return next(port for port in _candidates if _free(port) and _free(port + 1))
