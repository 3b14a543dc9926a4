"""Which addresses are those of the server's own machine."""

from __future__ import annotations

import socket


def is_own(ip: str) -> bool:
    """Whether an address is one of this machine's: only such can be bound.

    Args:
        ip: also with a zone.
    """
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as tried:
        try:
            tried.bind((ip.partition("%")[0], 0))
        except OSError:
            return False
    return True
