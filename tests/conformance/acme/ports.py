"""The ports where authorities look, which a test may not have."""

from __future__ import annotations

import socket

HTTP_PORT, TLS_PORT = 80, 443


def closed_to_us(*ports: int) -> str:
    """Why a test can't listen on these ports; empty if it can."""
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                return f"port {port}, where authorities look, can't be had here: {error.strerror}"
    return ""
