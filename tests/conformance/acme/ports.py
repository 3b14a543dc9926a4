"""The ports where authorities look, which a test may not have, and which one test run has at a time."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator

import pytest

from tests.ports import in_use, only_user_of

HTTP_PORT, TLS_PORT = 80, 443


def closed_to_us(*ports: int) -> str:
    """Why a test can't listen on these ports; empty if it can, or could if another test didn't at the moment."""
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE and in_use(port):
                    continue
                return f"port {port}, where authorities look, can't be had here: {error.strerror}"
    return ""


@pytest.fixture
def proving_ports() -> Iterator[None]:
    """The ports, for this test alone."""
    with only_user_of(HTTP_PORT, TLS_PORT):
        yield
